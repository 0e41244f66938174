using System.Text;
using RetinaSharp.Detection;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Charts;

/// <summary>Writes line charts as files.</summary>
internal static class ChartFiles
{
    /// <summary>Writes NAME.svg and NAME.csv, each atomically.</summary>
    /// <param name="folder">The folder; created if needed.</param>
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
