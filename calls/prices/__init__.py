"""The prices of calls, which their provider names some time after their end.

schedule   when a call's provider is asked for its price
check      asks the provider (PriceCheck)
"""
