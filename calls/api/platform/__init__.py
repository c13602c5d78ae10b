"""The platform's own API of calls: steps, timeline, transcript, analysis, and the numbers they run over."""
