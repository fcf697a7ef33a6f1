"""Takes beside each other in the preview, over the cut: pictures that Blender draws, and nothing that it stores."""
