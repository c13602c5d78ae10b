"""What follows the end of a call: four steps, one module each.

terminate   ends the call at its provider                      } concurrently
clean_up    deletes the helper room made for this call         }
analyse     computes metrics and sentiment of the transcript   }
notify      publishes `call.processed` when the others have settled
"""
