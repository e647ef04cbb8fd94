#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An array of C strings ended by a null pointer, as C functions take it; freed with the object.
final class CStringArray {
    private(set) var pointers: [UnsafePointer<CChar>?]

    init(_ strings: [String?]) {
        pointers = strings.map { string in string.flatMap { UnsafePointer(strdup($0)) } } + [nil]
    }

    deinit {
        for pointer in pointers { free(UnsafeMutablePointer(mutating: pointer)) }
    }
}

/// A C message without the line breaks and blanks at its end.
func trimmed(_ message: UnsafePointer<CChar>?) -> String {
    guard let message else { return "" }
    var text = String(cString: message)
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
}
