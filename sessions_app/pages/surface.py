"""The pages about sessions that everybody can open: `/sessions/…`. They have no cookie."""

from liveplatform.api.surfaces import Surface

PAGES = Surface("session-pages", urls="sessions_app.pages.urls")
