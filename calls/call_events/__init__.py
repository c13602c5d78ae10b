"""Events about calls: what they hold, in Python and as SQL, and how they are numbered and published."""
