/// One chart with all that stands around it, as the templates show it: places are numbers already, texts are ready.
struct Chart: Sendable {
    /// A curve, an area or a bar.
    struct Shape: Sendable {
        var style: String
        var path: String
    }

    /// A label on an axis, and the place of its tick.
    struct Tick: Sendable {
        var at: String
        var text: String
    }

    /// A line across the chart that values are compared with.
    struct Rule: Sendable {
        var y: String
        var style: String
    }

    /// A text on the chart.
    struct Label: Sendable {
        var x: String
        var y: String
        var text: String
        var style: String
    }

    /// A point worth a look; its shape is a symbol of the page.
    struct Marker: Sendable {
        var x: String
        var y: String
        var symbol: String
        var text: String
    }

    /// A line of the legend: a sample and what it means.
    struct Key: Sendable {
        var isLine = false
        var isArea = false
        var isMarker = false
        var style: String
        var text: String

        static func line(_ style: String, _ text: String) -> Key { Key(isLine: true, style: style, text: text) }
        static func area(_ style: String, _ text: String) -> Key { Key(isArea: true, style: style, text: text) }
        static func marker(_ style: String, _ text: String) -> Key { Key(isMarker: true, style: style, text: text) }
    }

    /// The part of a chart in which not every batch is shown.
    struct Thinned: Sendable {
        var x: String
        var y: String
        var width: String
        var height: String
        var textX: String
        var textY: String
        var text: String
    }

    /// Unique on the page.
    var id: String
    /// What the chart is of.
    var title: String
    /// What is drawn, in which unit.
    var subtitle = ""
    /// What the chart shows, for those who do not see it.
    var summary: String
    var frame: ChartFrame.Model
    var areas: [Shape] = []
    var lines: [Shape] = []
    var rules: [Rule] = []
    var markers: [Marker] = []
    var labels: [Label] = []
    var legend: [Key] = []
    /// Places of the table's rows on the x axis, separated by blanks.
    var points = ""
    var table: DataTable
}

/// The table that says the same as a chart; the newest batch comes first.
struct DataTable: Sendable {
    /// A row and its header.
    struct Row: Sendable {
        var head: String
        var cells: [String]
        /// Not printed.
        var isOlder = false
    }

    /// A value of the newest row, below the chart.
    struct Value: Sendable {
        var name: String
        var text: String
    }

    var caption: String
    /// Title of the first column.
    var head: String
    /// Titles of the others.
    var columns: [String]
    var rows: [Row]
    /// The first row, by name.
    var newest: [Value]
    var newestHead: String
    var hasOlder: Bool

    /// Rows that are printed.
    static let printedRows = 12

    init(caption: String, head: String, columns: [String], rows: [(head: String, cells: [String])]) {
        (self.caption, self.head, self.columns) = (caption, head, columns)
        self.rows = rows.enumerated().map { index, row in
            Row(head: row.head, cells: row.cells, isOlder: index >= Self.printedRows)
        }
        newest = zip(columns, rows.first?.cells ?? []).map(Value.init)
        newestHead = rows.first?.head ?? ""
        hasOlder = rows.count > Self.printedRows
    }
}
