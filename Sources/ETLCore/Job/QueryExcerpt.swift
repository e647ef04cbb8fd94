/// Somebody else's SQL in one short line, without the values in it: literals and numbers may be cell values.
///
/// Comments are left out. Where it cannot be told how a literal ends (a backslash in one, or the text is cut off), all
/// that follows is left out too.
struct QueryExcerpt {
    /// The line, for instance `update scores set score = … where id = '…'`.
    let text: String

    /// What stands for a value.
    private static let blank = "…"

    /// Makes the line of a query's text.
    init(_ query: String, limit: Int = 120) {
        var scanner = Scanner(Array(query.unicodeScalars))
        var words = scanner.blanked().split { $0.properties.isWhitespace || $0.properties.generalCategory == .control }
            .map(String.init).joined(separator: " ")
        if words.count > limit { words = words.prefix(limit - 1) + Self.blank }
        text = words
    }

    private struct Scanner {
        let query: [Unicode.Scalar]
        var position = 0
        var result = String.UnicodeScalarView()

        init(_ query: [Unicode.Scalar]) { self.query = query }

        private func scalar(_ offset: Int = 0) -> Unicode.Scalar? {
            query.indices.contains(position + offset) ? query[position + offset] : nil
        }

        private func isWord(_ scalar: Unicode.Scalar?) -> Bool {
            guard let scalar else { return false }
            return scalar == "_" || scalar == "$" || scalar.properties.isAlphabetic || isDigit(scalar)
        }

        private func isDigit(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { ("0"..."9").contains($0) } ?? false }

        mutating func blanked() -> String.UnicodeScalarView {
            while let next = scalar() {
                switch next {
                case "'": literal(hasEscapes: false)
                case "\"": identifier()
                case "-" where scalar(1) == "-": lineComment()
                case "/" where scalar(1) == "*": blockComment()
                case "$" where !isDigit(scalar(1)): dollarQuoted()
                case ".", "0"..."9": number()
                case _ where isWord(next): word()
                default: take()
                }
            }
            return result
        }

        private mutating func take() {
            result.append(query[position])
            position += 1
        }

        private mutating func leaveOut(to end: Int) {
            position = min(end, query.count)
        }

        /// A keyword or name; one that is a literal's prefix goes with the literal.
        private mutating func word() {
            let start = position
            while isWord(scalar()) { take() }
            let isEscape = position == start + 1 && (query[start] == "e" || query[start] == "E")
            if isEscape && scalar() == "'" { literal(hasEscapes: true) }
        }

        private mutating func literal(hasEscapes: Bool) {
            result.append(contentsOf: "'\(blank)'".unicodeScalars)
            position += 1
            while let next = scalar() {
                switch next {
                case "\\" where hasEscapes: position += 2
                case "\\": leaveOut(to: query.count)
                case "'" where scalar(1) == "'": position += 2
                case "'":
                    position += 1
                    return
                default: position += 1
                }
            }
        }

        private mutating func identifier() {
            take()
            while let next = scalar() {
                take()
                if next == "\"" { return }
            }
        }

        private mutating func lineComment() {
            while let next = scalar(), next != "\n" { position += 1 }
        }

        private mutating func blockComment() {
            var depth = 0
            repeat {
                if scalar() == "/" && scalar(1) == "*" {
                    depth += 1
                    position += 2
                } else if scalar() == "*" && scalar(1) == "/" {
                    depth -= 1
                    position += 2
                } else {
                    position += 1
                }
            } while depth > 0 && position < query.count
            result.append(" ")
        }

        /// A `$tag$…$tag$` literal.
        private mutating func dollarQuoted() {
            var end = position + 1
            while end < query.count, query[end] != "$", isWord(query[end]) { end += 1 }
            guard end < query.count, query[end] == "$" else { return take() }
            let tag = query[position...end]
            var close = end + 1
            while close < query.count, !query[close...].starts(with: tag) { close += 1 }
            result.append(contentsOf: "'\(blank)'".unicodeScalars)
            leaveOut(to: close + tag.count)
        }

        /// A number, also `.5`, `1e-3` and `0xff`; a lone point is none, and `$1` stays.
        private mutating func number() {
            if !isDigit(scalar()) && !isDigit(scalar(1)) { return take() }
            if result.last == "$" { return take() }
            while let next = scalar() {
                let isSign = (next == "-" || next == "+") && (query[position - 1] == "e" || query[position - 1] == "E")
                guard isWord(next) || next == "." || isSign else { break }
                position += 1
            }
            result.append(contentsOf: blank.unicodeScalars)
        }
    }
}
