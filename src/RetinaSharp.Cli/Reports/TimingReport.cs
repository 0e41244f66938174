using System.Text.Json;
using RetinaSharp.Cli.Benchmarks;
using RetinaSharp.Cli.Terminal;
using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Timings, for people and as JSON.</summary>
internal static class TimingReport
{
    /// <param name="output">Where it goes.</param>
    /// <param name="timings">The timings.</param>
    /// <param name="copy">Name of the memory copy among them, which is the floor of all; null where there is none.</param>
    public static void Show(Output output, IReadOnlyList<Timing> timings, string? copy)
    {
        var floor = timings.FirstOrDefault(timing => timing.Name == copy)?.Seconds;
        string[] ofCopy = floor is null ? [] : ["GB/s>", "of a copy>"];
        var table = Tables.Create(["", "ms>", .. ofCopy, "allocated>"]);
        foreach (var one in timings)
        {
            string[] shares = floor is null ? [] : [$"{one.Bytes / one.Seconds / 1e9:0.0}", $"{one.Seconds / floor:0.00} x"];
            string[] cells = [one.Name, $"{one.Seconds * 1e3:0.00}", .. shares, $"{one.AllocatedBytes} B"];
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
