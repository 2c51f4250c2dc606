{
  # `node-gyp rebuild -- -Dsexton_portable=1` leaves the Linux files out on Linux too, so that the
  # code other POSIX systems run is compiled and tested here; `-Dsexton_asan=1` adds the sanitizer,
  # `-Dsexton_coverage=1` counts the lines that are run.
  "variables": { "sexton_portable%": 0, "sexton_asan%": 0, "sexton_coverage%": 0 },
  "targets": [
    {
      "target_name": "sexton",
      "include_dirs": ["native", "<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=9", "NODE_ADDON_API_DISABLE_DEPRECATED", "NAPI_DISABLE_CPP_EXCEPTIONS",
        # Or the failure to throw in a worker that is being terminated aborts the process.
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
      "cflags": ["-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"],
      "cflags_cc": ["-std=c++17", "-fno-exceptions", "-fno-rtti"],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
        "GCC_ENABLE_CPP_EXCEPTIONS": "NO",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
        "MACOSX_DEPLOYMENT_TARGET": "11.0",
        "WARNING_CFLAGS": ["-Wall", "-Wextra", "-Werror"]
      },
      "sources": [
        "native/node/addon.cc",
        "native/node/descriptor_glue.cc",
        "native/node/discard_glue.cc",
        "native/node/environment.cc",
        "native/node/process_glue.cc",
        "native/node/readiness_glue.cc",
        "native/node/signal_glue.cc",
        "native/node/socket_glue.cc",
        "native/node/spawn_glue.cc",
        "native/node/terminal_glue.cc",
        "native/node/wait_glue.cc",
        "native/platform/environ_copy.cc",
        "native/platform/pinned_object.cc",
        "native/platform/terminal.cc",
        "native/signals/capture.cc",
        "native/signals/dispositions.cc",
        "native/signals/handler.cc",
        "native/signals/source.cc",
        "native/spawn/births.cc",
        "native/spawn/child.cc",
        "native/spawn/descriptors.cc",
        "native/spawn/exec.cc",
        "native/spawn/plan.cc",
        "native/spawn/spawn.cc",
        "native/wait/late_reaper.cc",
        "native/wait/wait.cc"
      ],
      "conditions": [
        ["OS=='linux' and sexton_portable==0", {
          "sources": [
            "native/platform/linux.cc",
            "native/platform/readiness_linux.cc",
            "native/platform/unix_sockets_linux.cc",
            "native/spawn/calls_linux.cc",
            "native/spawn/spawn_linux.cc",
            "native/wait/wait_linux.cc"
          ]
        }, {
          "sources": [
            "native/platform/posix.cc",
            "native/spawn/calls_posix.cc",
            "native/spawn/spawn_posix.cc",
            "native/wait/wait_posix.cc"
          ]
        }],
        # A child before exec may not bring the dynamic linker to work: see native/spawn/births.h.
        ["OS=='linux'", { "ldflags": ["-Wl,-z,now"] }],
        # A sanitizer brings its own.
        ["OS=='linux' and sexton_asan==0", {
          "sources": ["native/platform/cxx_runtime_linux.cc"],
          "ldflags": [
            # libstdc++ comes along with g++: only where the file above has left something out.
            "-Wl,--as-needed",
            "-Wl,--version-script=<(module_root_dir)/native/platform/exports_linux.map"
          ]
        }],
        ["sexton_asan==1 or sexton_coverage==1", {
          # Node's own -O3 comes after all flags of this file.
          "configurations": { "Release": { "cflags!": ["-O3"], "cflags": ["-O0"] } }
        }],
        ["sexton_asan==1", {
          "cflags": ["-fsanitize=address", "-fno-omit-frame-pointer", "-g"],
          "ldflags": ["-fsanitize=address"]
        }],
        ["sexton_coverage==1", {
          # Threads count too. And gcov would write its counts down before each exec: in the child, on a
          # small stack, under the child's limits and user.
          "cflags": ["--coverage", "-fprofile-update=atomic", "-fno-builtin-execve", "-fno-builtin-fork"],
          "ldflags": ["--coverage"]
        }]
      ]
    },
    {
      # The keeper is a program, and needs no header of Node. Its build chooses the C library, tries one way
      # after the other, and never fails: without it the addon works, and jobs say what is missing.
      "target_name": "sexton-keeper",
      "type": "none",
      "conditions": [
        ["OS=='linux' and sexton_portable==0", {
          "actions": [{
            "action_name": "build_keeper",
            "inputs": ["<!@(node native/keeper/build.mjs --sources)"],
            "outputs": ["<(PRODUCT_DIR)/sexton-keeper"],
            "action": ["node", "native/keeper/build.mjs", "<(PRODUCT_DIR)/sexton-keeper"]
          }]
        }]
      ]
    }
  ]
}
