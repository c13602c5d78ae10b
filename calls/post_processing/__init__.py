"""What follows the end of a call.

terminate   the provider really ends the leg            } side by side
clean_up    the room made for this call is deleted      }
analyse     metrics and sentiment, once there is a transcript
notify      call.processed, when every other step is settled
"""
