#ifndef SEXTON_KEEPER_PID1_LINE_H_
#define SEXTON_KEEPER_PID1_LINE_H_

#include <cstddef>
#include <cstdint>

namespace sexton::pid1 {

// A line of text for people. What does not fit is left out.
class Line {
 public:
  static constexpr size_t kMost = 2048;

  Line& Add(const char* words);
  Line& Add(int64_t number);
  Line& Add(int number) { return Add(static_cast<int64_t>(number)); }

  // Adds text that others have chosen, such as a name. Every character that could disturb a
  // terminal or a line of a log is escaped.
  Line& AddPrintable(const char* text);

  // Ends it with a newline, for which there is always room.
  void End();

  // Adds an error of the system as `EPERM: operation not permitted`.
  Line& AddError(int error);

  const char* text() const { return text_; }
  size_t size() const { return size_; }

 private:
  void AddBytes(const char* bytes, size_t size);
  void AddEscaped(uint32_t character);

  char text_[kMost + 2] = "";
  size_t size_ = 0;
};

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_LINE_H_
