"""The domain: sessions, takes, requests, assets, and what may happen to them. No bpy, no network, no files."""
