/// The grammar of a JSON number (RFC 8259, section 6).
enum JSONNumber {
    /// Whether a text is a JSON number, with or without JSON's white space around it.
    static func isNumber(_ text: UnsafeRawBufferPointer) -> Bool {
        var (index, end) = (0, text.count)
        while index < end, isBlank(text[index]) { index += 1 }
        while end > index, isBlank(text[end - 1]) { end -= 1 }
        func isDigit(_ index: Int) -> Bool { index < end && text[index] >= 0x30 && text[index] <= 0x39 }
        func skipDigits() -> Bool {
            let start = index
            while isDigit(index) { index += 1 }
            return index > start
        }
        if index < end, text[index] == UInt8(ascii: "-") { index += 1 }
        if index < end, text[index] == UInt8(ascii: "0") {
            index += 1
        } else if !skipDigits() {
            return false
        }
        if index < end, text[index] == UInt8(ascii: ".") {
            index += 1
            guard skipDigits() else { return false }
        }
        if index < end, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < end, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") { index += 1 }
            guard skipDigits() else { return false }
        }
        return index == end
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
