"""The demo: the main job on real servers, judged from the outside."""
