"""Mingxin, the public credit information window of a city: everything that is deployed, behind `app.py`."""
