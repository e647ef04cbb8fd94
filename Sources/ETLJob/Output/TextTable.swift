/// An aligned table for people: a header, a rule, and rows.
struct TextTable {
    /// On which side a column is flush.
    enum Alignment {
        case left
        case right
    }

    private let titles: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []
    private var rulesBefore: Set<Int> = []

    init(_ columns: [(title: String, alignment: Alignment)]) {
        titles = columns.map(\.title)
        alignments = columns.map(\.alignment)
    }

    /// Appends a row; cells that are missing are empty.
    mutating func append(_ cells: [String]) {
        rows.append(cells.map { printable($0) } + Array(repeating: "", count: max(0, titles.count - cells.count)))
    }

    /// The next row stands below a rule, as a sum does.
    mutating func appendRule() { rulesBefore.insert(rows.count) }

    /// Columns of a terminal that the longest line takes.
    var width: Int { widths.reduce(0, +) + 2 * (titles.count - 1) }

    private var widths: [Int] {
        titles.indices.map { column in ([titles] + rows).map { $0[column].count }.max() ?? 0 }
    }

    /// The table's lines.
    func render(_ style: Style) -> String {
        let widths = widths
        let rule = style.dim(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "))
        var lines = [style.bold(line(titles, widths)), rule]
        for (index, row) in rows.enumerated() {
            if rulesBefore.contains(index) { lines.append(rule) }
            lines.append(line(row, widths))
        }
        return lines.joined(separator: "\n")
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for column in titles.indices {
            let padding = String(repeating: " ", count: widths[column] - cells[column].count)
            if column > 0 { text += "  " }
            text += alignments[column] == .right ? padding + cells[column] : cells[column] + padding
        }
        while text.last == " " { text.removeLast() }
        return text
    }
}
