{
  # `node-gyp rebuild -- -Dsexton_portable=1` leaves the Linux files out on Linux too, so that the
  # code other POSIX systems run is compiled and tested here; `-Dsexton_asan=1` adds the sanitizer,
  # `-Dsexton_coverage=1` counts the lines that are run.
  "variables": { "sexton_portable%": 0, "sexton_asan%": 0, "sexton_coverage%": 0 },
  "targets": [
    {
      "target_name": "sexton",
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
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
        "native/addon.cc",
        "native/args.cc",
        "native/environment.cc",
        "native/child_signal.cc",
        "native/terminal.cc",
        "native/wait.cc",
        "native/wait_glue.cc",
        "native/wait_record.cc",
        "native/discard_glue.cc",
        "native/exit_source_glue.cc",
        "native/spawn_glue.cc",
        "native/spawn_plan_glue.cc",
        "native/terminal_glue.cc",
        "native/signal_glue.cc",
        "native/open_fds.cc",
        "native/own_memory.cc",
        "native/own_variables.cc",
        "native/environ_copy.cc",
        "native/loop_poll.cc",
        "native/signal_slots.cc",
        "native/signal_source.cc",
        "native/signal_capture.cc",
        "native/signal_handler.cc",
        "native/signal_hold.cc",
        "native/spawn.cc",
        "native/spawn_child.cc"
      ],
      "conditions": [
        ["OS=='linux' and sexton_portable==0", {
          "sources": [
            "native/pidfd_linux.cc",
            "native/thread_linux.cc",
            "native/tracee_linux.cc",
            "native/wait_linux.cc",
            "native/exit_source_linux.cc",
            "native/spawn_linux.cc",
            "native/dumpable_linux.cc",
            "native/pipe_linux.cc",
            "native/own_memory_linux.cc",
            "native/foreign_addons_linux.cc",
            "native/child_calls_linux.cc",
            "native/subreaper_linux.cc"
          ]
        }, {
          "sources": [
            "native/pidfd_none.cc",
            "native/thread_none.cc",
            "native/tracee_none.cc",
            "native/wait_posix.cc",
            "native/exit_source_none.cc",
            "native/spawn_posix.cc",
            "native/dumpable_none.cc",
            "native/pipe_posix.cc",
            "native/own_memory_posix.cc",
            "native/foreign_addons_none.cc",
            "native/child_calls_posix.cc",
            "native/subreaper_none.cc"
          ]
        }],
        # A sanitizer brings its own.
        ["OS=='linux' and sexton_asan==0", {
          "sources": ["native/cxx_runtime_linux.cc"],
          "ldflags": [
            # libstdc++ comes along with g++: only where the file above has left something out.
            "-Wl,--as-needed",
            "-Wl,--version-script=<(module_root_dir)/native/exports_linux.map"
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
    }
  ]
}
