using System.Text.Json;
using RetinaSharp.Cli.Benchmarks;
using RetinaSharp.Cli.Terminal;
using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes the timings of a benchmark as text or JSON.</summary>
internal static class TimingReport
{
    /// <summary>Prints the timings as a table.</summary>
    /// <param name="output">Receives the table.</param>
    /// <param name="timings">The timings.</param>
    /// <param name="copy">Name of the timing that is a memory copy, with which the others are compared; null if there is none.</param>
    public static void Show(Output output, IReadOnlyList<Timing> timings, string? copy)
    {
        var floor = timings.FirstOrDefault(timing => timing.Name == copy)?.Seconds;
        string[] bandwidth = floor is null ? [] : ["GB/s>", "vs. copy>"];
        var table = Tables.Create(["", "ms>", .. bandwidth, "allocated>"]);
        foreach (var one in timings)
        {
            string[] ratios = floor is null ? [] : [$"{one.Bytes / one.Seconds / 1e9:0.0}", $"{one.Seconds / floor:0.00} x"];
            string[] cells = [one.Name, $"{one.Seconds * 1e3:0.00}", .. ratios, $"{one.AllocatedBytes} B"];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        output.Result(table);
    }

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Timing> timings, int runs)
    {
        writer.WriteNumber("threads", Environment.ProcessorCount);
        writer.WriteNumber("runs", runs);
        writer.WriteStartObject("seconds");
        foreach (var one in timings)
            writer.WriteNumber(one.Name, one.Seconds);
        writer.WriteEndObject();
        writer.WriteStartObject("allocated_bytes");
        foreach (var one in timings)
            writer.WriteNumber(one.Name, one.AllocatedBytes);
        writer.WriteEndObject();
    }
}
