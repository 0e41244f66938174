using System.Text;
using RetinaSharp.Detection;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Charts;

/// <summary>Writes line charts to SVG and CSV files.</summary>
internal static class ChartFiles
{
    /// <summary>Writes a chart to NAME.svg and its points to NAME.csv. Each file is written atomically.</summary>
    /// <param name="folder">The folder, which is created if needed.</param>
    /// <param name="name">File name without extension; existing files are replaced.</param>
    /// <param name="chart">The chart.</param>
    /// <returns>The paths of the two files.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static IReadOnlyList<string> Write(string folder, string name, LineChart chart)
    {
        Directory.CreateDirectory(folder);
        return [Write(Path.Combine(folder, $"{name}.svg"), ChartSvg.RenderFile(chart)), Write(Path.Combine(folder, $"{name}.csv"), CsvTable.Render(chart))];
    }

    private static string Write(string path, string text)
    {
        AtomicFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(text)));
        return path;
    }
}
