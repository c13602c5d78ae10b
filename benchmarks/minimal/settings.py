"""Minimal settings for DRF, over the same database."""

from liveplatform.settings import DATABASES as PLATFORM_DATABASES

SECRET_KEY = "not-a-secret"
ALLOWED_HOSTS = ["*"]
DATABASES = PLATFORM_DATABASES
ROOT_URLCONF = "benchmarks.minimal.app"
INSTALLED_APPS = ["rest_framework", "benchmarks.minimal"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
USE_TZ = True
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None, "DEFAULT_AUTHENTICATION_CLASSES": []}
