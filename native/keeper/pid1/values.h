#ifndef SEXTON_KEEPER_PID1_VALUES_H_
#define SEXTON_KEEPER_PID1_VALUES_H_

#include <cstddef>
#include <cstdint>

// Parsers of the values of options. Each returns false for a value that it does not understand:
// lib/cli/pid1/ then explains what is wrong, or gives the value in a simpler form.

namespace sexton::pid1 {

// Digits and nothing else, whose number fits.
bool ParseDigits(const char* word, size_t length, uint64_t* number);

// 5s, 500ms, 1.5m, or a bare number of seconds. Rounds up to milliseconds.
bool ParseDuration(const char* word, uint64_t* milliseconds);

// TERM:INT or 15:2. `to` is 0 if the signal is to be dropped.
bool ParseRewrite(const char* word, int* from, int* to);

// 143, 130-143 or 1,3. Sets bits by exit code.
bool ParseExitCodes(const char* word, uint64_t codes[4]);

// The number of a user or a group.
bool ParseId(const char* word, int32_t* id);

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_VALUES_H_
