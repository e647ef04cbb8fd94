/// One metric with its samples, in Prometheus' text format.
///
/// All metrics of the job are gauges: a batch job has no memory in which a counter could live.
struct Metric: Sendable {
    /// A label, a name and a value.
    typealias Label = (name: String, value: String)

    /// Its name, with the unit at the end.
    let name: String
    /// What it is, in one sentence.
    let help: String
    private var samples: [String] = []

    init(_ name: String, _ help: String) {
        self.name = name
        self.help = help
    }

    /// Adds a sample; a value that is not there or not finite is none.
    mutating func add(_ value: Double?, _ labels: [Label]) {
        guard let value, value.isFinite else { return }
        let kept = labels.filter { !$0.value.isEmpty }
        let text = kept.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
        samples.append("\(name)\(text.isEmpty ? "" : "{\(text)}") \(Self.number(value))")
    }

    /// The metric's lines; empty where it has no samples.
    var text: String {
        guard !samples.isEmpty else { return "" }
        let help = Self.escaped(help, quotes: false)
        return (["# HELP \(name) \(help)", "# TYPE \(name) gauge"] + samples).map { "\($0)\n" }.joined()
    }

    /// A text as it stands in the file: a label's value between quotes, or a help text.
    static func escaped(_ text: String, quotes: Bool = true) -> String {
        var result = ""
        // By scalars: a character may be a quote with an accent, or two ends of a line at once.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whole numbers without a point, others in the shortest text that reads back as the same.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : value.description
    }
}
