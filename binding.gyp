{
  # For `npm ci` in a clone, and for `npx node-gyp build`. A package does not have this file.
  "targets": [
    {
      "target_name": "all",
      "type": "none",
      "dependencies": ["native/binding.gyp:sexton", "native/binding.gyp:sexton-keeper"]
    }
  ]
}
