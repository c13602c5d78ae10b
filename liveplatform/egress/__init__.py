"""Outbound requests to addresses that customers give: protection against server-side request forgery (SSRF).

address_policy   which IP addresses are public
url_policy       which URLs and hosts may be saved and requested
http             an aiohttp session that checks every connection
fetch            one small document over that session
provider_policy  which addresses provider requests may go to
"""
