"""What follows the end of a call: four steps, one module each.

terminate   ends the call at its provider                      } concurrently
clean_up    stops the call's media streams                     }
analyse     computes metrics and sentiment of the transcript   }
notify      publishes `call.processed` when the others have settled
"""
