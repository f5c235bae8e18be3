"""Drive a backend through scenarios, and judge the histories that it leaves."""
