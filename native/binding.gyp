{
  # A clone builds this by ../binding.gyp, which no package has: npm compiles a package that has one.
  # What is built lies in the package's build/ in either case.
  #
  # `node-gyp rebuild -- -Dsexton_portable=1` leaves the Linux files out on Linux too, so that the
  # code other POSIX systems run is compiled and tested here; `-Dsexton_asan=1` adds the sanitizer,
  # `-Dsexton_coverage=1` counts the lines that are run.
  "variables": {
    "sexton_portable%": 0,
    "sexton_asan%": 0,
    "sexton_coverage%": 0,
    "conditions": [
      ["<!(node -p \"Number(fs.existsSync('../binding.gyp'))\")==1", {
        "programs": "<(PRODUCT_DIR)"
      }, {
        "programs": "<!(node -p \"path.resolve('../build')\")/<(CONFIGURATION_NAME)"
      }]
    ]
  },
  "targets": [
    {
      "target_name": "sexton",
      "product_dir": "<(programs)",
      "include_dirs": [".", "<!(node -p \"require('node-addon-api').include_dir\")"],
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
        "node/addon.cc",
        "node/descriptor_glue.cc",
        "node/discard_glue.cc",
        "node/environment.cc",
        "node/process_glue.cc",
        "node/readiness_glue.cc",
        "node/signal_glue.cc",
        "node/socket_glue.cc",
        "node/spawn_glue.cc",
        "node/terminal_glue.cc",
        "node/wait_glue.cc",
        "platform/environ_copy.cc",
        "platform/pinned_object.cc",
        "platform/terminal.cc",
        "signals/capture.cc",
        "signals/dispositions.cc",
        "signals/handler.cc",
        "signals/source.cc",
        "spawn/births.cc",
        "spawn/child.cc",
        "spawn/descriptors.cc",
        "spawn/exec.cc",
        "spawn/pipes.cc",
        "spawn/plan.cc",
        "spawn/spawn.cc",
        "wait/late_reaper.cc",
        "wait/wait.cc"
      ],
      "conditions": [
        ["OS=='linux' and sexton_portable==0", {
          "sources": [
            "platform/linux.cc",
            "platform/readiness_linux.cc",
            "platform/unix_sockets_linux.cc",
            "spawn/calls_linux.cc",
            "spawn/spawn_linux.cc",
            "wait/wait_linux.cc"
          ]
        }, {
          "sources": [
            "platform/posix.cc",
            "spawn/calls_posix.cc",
            "spawn/spawn_posix.cc",
            "wait/wait_posix.cc"
          ]
        }],
        # A child before exec may not bring the dynamic linker to work: see native/spawn/births.h.
        ["OS=='linux'", { "ldflags": ["-Wl,-z,now"] }],
        # A sanitizer brings its own.
        ["OS=='linux' and sexton_asan==0", {
          "sources": ["platform/cxx_runtime_linux.cc"],
          "ldflags": [
            # libstdc++ comes along with g++: only where the file above has left something out.
            "-Wl,--as-needed",
            "-Wl,--version-script=<!(node -p \"process.cwd()\")/platform/exports_linux.map"
          ]
        }],
        # Node's own -O3 comes after all flags of this file. With it the addon is three times as large, and
        # nothing is faster: it calls the kernel.
        ["sexton_asan==0 and sexton_coverage==0", {
          "configurations": { "Release": { "cflags!": ["-O3"], "cflags": ["-O2"] } }
        }],
        ["sexton_asan==1 or sexton_coverage==1", {
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
            "inputs": ["<!@(node keeper/build.mjs --sources)"],
            "outputs": ["<(programs)/sexton-keeper"],
            "action": ["node", "keeper/build.mjs", "<(programs)/sexton-keeper"]
          }]
        }]
      ]
    }
  ]
}
