using RetinaSharp.Experiments.Charts;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Writes the blocks of a report as HTML, with one method per kind of block.</summary>
internal sealed class BlockWriter(HtmlWriter html)
{
    private int _charts;

    public void Write(ReportBlock block)
    {
        switch (block)
        {
            case Paragraph paragraph:
                html.Line($"<p>{paragraph.Text}</p>");
                break;
            case KeyMetrics metrics:
                Write(metrics);
                break;
            case ReportTable table:
                Write(table);
                break;
            case HeatMapTable table:
                Write(table);
                break;
            case LineChart chart:
                Write(chart, _charts++);
                break;
            case BarChart chart:
                Write(chart);
                break;
            case PictureGrid grid:
                Write(grid);
                break;
            default:
                throw new ArgumentException($"a report cannot hold {block}", nameof(block));
        }
    }

    private void Write(KeyMetrics metrics)
    {
        html.Raw("<dl class=\"metrics\">");
        foreach (var metric in metrics.Metrics)
        {
            html.Line($"<div><dt>{metric.Label}</dt><dd>{metric.Value}</dd>");
            if (metric.Note.Length > 0)
                html.Line($"<dd class=\"note\">{metric.Note}</dd>");
            html.Raw("</div>");
        }

        html.Raw("</dl>");
    }

    private void Write(ReportTable table)
    {
        var invalid = table.Rows.FirstOrDefault(row => row.Count != table.Columns.Count);
        if (invalid is not null)
            throw new ArgumentException($"the table '{table.Caption}' has {table.Columns.Count} columns, but a row of {invalid.Count} cells");
        if (table.IsFolded)
            html.Line($"<details><summary>{table.Caption}</summary>");
        // Tables wider than the page scroll horizontally. They can get the focus, so that the keyboard scrolls them too.
        html.Line($"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{table.Caption}\"><table>");
        if (!table.IsFolded)
            html.Line($"<caption>{table.Caption}</caption>");
        html.Raw("<thead><tr>");
        var alignments = table.Columns.Select((_, column) => column > 0 && table.Rows.All(row => IsNumber(row[column].Text)) ? "number" : "text").ToList();
        for (var column = 0; column < table.Columns.Count; column++)
            html.Line($"<th scope=\"col\" class=\"{alignments[column]}\">{table.Columns[column]}</th>");
        html.Raw("</tr></thead><tbody>");
        foreach (var row in table.Rows)
        {
            html.Line($"<tr><th scope=\"row\">{row[0].Text}</th>");
            for (var column = 1; column < row.Count; column++)
            {
                if (row[column].IsBest)
                    html.Line($"<td class=\"{alignments[column]} best\"><strong>{row[column].Text}</strong><span class=\"unseen\"> best</span></td>");
                else
                    html.Line($"<td class=\"{alignments[column]}\">{row[column].Text}</td>");
            }

            html.Raw("</tr>");
        }

        html.Raw("</tbody></table></div>");
        if (table.IsFolded)
            html.Raw("</details>");
    }

    private void Write(HeatMapTable table)
    {
        if (table.Counts.Count != table.Labels.Count || table.Counts.Any(row => row.Count != table.Labels.Count))
            throw new ArgumentException($"the matrix '{table.Caption}' has {table.Labels.Count} labels, but not as many rows and columns");
        html.Line($"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{table.Caption}\"><table class=\"heat\"><caption>{table.Caption}</caption>");
        html.Line($"<thead><tr><td></td><th scope=\"colgroup\" colspan=\"{table.Labels.Count}\">{table.ColumnTitle}</th></tr>");
        html.Line($"<tr><th scope=\"col\">{table.RowTitle}</th>");
        foreach (var label in table.Labels)
            html.Line($"<th scope=\"col\" class=\"number\">{label}</th>");
        html.Raw("</tr></thead><tbody>");
        for (var row = 0; row < table.Labels.Count; row++)
        {
            html.Line($"<tr><th scope=\"row\">{table.Labels[row]}</th>");
            for (var column = 0; column < table.Labels.Count; column++)
                html.Line($"<td class=\"number h{table.Level(row, column)}\">{table.Counts[row][column]}</td>");
            html.Raw("</tr>");
        }

        html.Raw("</tbody></table></div>");
    }

    private void Write(LineChart chart, int number)
    {
        CheckSeries(chart.Title, chart.Series.Count);
        var data = new ChartData(chart);
        html.Line($"<figure class=\"chart\"><figcaption>{chart.Title}</figcaption><ul class=\"legend\">");
        for (var series = 0; series < chart.Series.Count; series++)
        {
            if (chart.IsScatter)
                html.Line($"<li class=\"s{series}\"><span class=\"marker\" aria-hidden=\"true\">{ChartSvg.Marker(series)}</span>{chart.Series[series].Name}</li>");
            else
                html.Line($"<li class=\"s{series}\"><svg class=\"line\" aria-hidden=\"true\"><line x1=\"0\" y1=\"50%\" x2=\"100%\" y2=\"50%\"/></svg>{chart.Series[series].Name}</li>");
        }

        html.Raw("</ul>");
        var names = string.Join(", ", chart.Series.Select(series => series.Name));
        html.Line($"<div class=\"plot\" role=\"img\" aria-label=\"{(chart.IsScatter ? "Scatter" : "Line")} chart. {chart.Title}: {chart.YTitle} by {chart.XTitle}; series: {names}. The table that follows has the numbers.\">");
        html.Raw(ChartSvg.Render(chart, number));
        html.Raw("</div>");
        Write(new ReportTable($"Numbers of “{chart.Title}”", [chart.XTitle, .. chart.Series.Select(series => series.Name)],
            [.. data.X.Select((x, index) => (IReadOnlyList<TableCell>)[Number(x), .. data.Y.Select(values => (TableCell)Number(values[index]))])], IsFolded: true));
        html.Raw("</figure>");
    }

    /// <summary>Writes a bar chart as a table with an SVG bar per row.</summary>
    /// <remarks>
    /// Compared with a chart by ScottPlot, names of any length wrap, values are text that can be copied and read by a screen reader, and the bars scale to
    /// the width of a phone without scaling the text.
    /// </remarks>
    private void Write(BarChart chart)
    {
        CheckSeries(chart.Title, chart.Series.Count);
        var invalid = chart.Series.FirstOrDefault(series => series.Values.Count != chart.Categories.Count);
        if (invalid is not null)
            throw new ArgumentException($"the chart '{chart.Title}' has {chart.Categories.Count} categories, but its series '{invalid.Name}' {invalid.Values.Count} values");
        var values = chart.Series.SelectMany(series => series.Values).Where(value => double.IsFinite(value) && value > 0).ToList();
        var longest = values.Count == 0 ? 1 : values.Max();
        var isNamed = chart.Series.Count > 1;
        html.Line($"<figure class=\"bars\"><table><caption>{chart.Title}</caption><thead class=\"unseen\"><tr><th scope=\"col\">Category</th>");
        if (isNamed)
            html.Raw("<th scope=\"col\">Series</th>");
        html.Raw("<th scope=\"col\">Bar</th><th scope=\"col\">Value</th></tr></thead>");
        for (var category = 0; category < chart.Categories.Count; category++)
        {
            html.Raw("<tbody>");
            for (var series = 0; series < chart.Series.Count; series++)
            {
                html.Line($"<tr class=\"s{series}\">");
                if (series == 0)
                    html.Line($"<th scope=\"rowgroup\" rowspan=\"{chart.Series.Count}\">{chart.Categories[category]}</th>");
                if (isNamed)
                    html.Line($"<th scope=\"row\">{chart.Series[series].Name}</th>");
                var value = chart.Series[series].Values[category];
                var hasBar = double.IsFinite(value) && value >= 0;
                var width = hasBar ? (100 * value / longest).ToString("0.##") : "0";
                html.Line($"<td class=\"bar\"><svg aria-hidden=\"true\"><rect width=\"{width}%\" height=\"100%\" rx=\"2\"/></svg></td><td class=\"number\">{(hasBar ? value.ToString(chart.Format) : TableCell.None)}</td></tr>");
            }

            html.Raw("</tbody>");
        }

        html.Raw("</table></figure>");
    }

    private void Write(PictureGrid grid)
    {
        html.Line($"<div class=\"pictures {(grid.AreSmall ? "small" : $"columns{Math.Clamp(grid.Columns, 0, 4)}")}\">");
        foreach (var picture in grid.Pictures)
        {
            html.Line($"<figure><img src=\"data:{picture.MediaType};base64,{Convert.ToBase64String(picture.File.Span)}\" width=\"{picture.Width}\" height=\"{picture.Height}\" alt=\"{picture.Alt}\">");
            if (picture.Caption.Length > 0)
                html.Line($"<figcaption>{picture.Caption}</figcaption>");
            html.Raw("</figure>");
        }

        html.Raw("</div>");
    }

    private static void CheckSeries(string title, int count)
    {
        if (count is 0 or > LineChart.MaxSeries)
            throw new ArgumentException($"the chart '{title}' has {count} series; 1 to {LineChart.MaxSeries} are possible");
    }

    private static string Number(double? value) => value?.ToString("G4") ?? TableCell.None;

    private static bool IsNumber(string text) => text == TableCell.None || (text.Length > 0 && (char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.'));
}
