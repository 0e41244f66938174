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
    /// <param name="copy">Name of the memory copy among them, which is the floor of all.</param>
    public static void Show(Output output, IReadOnlyList<Timing> timings, string copy)
    {
        var floor = timings.First(timing => timing.Name == copy).Seconds;
        var table = Tables.Create("", "ms>", "GB/s>", "of a copy>", "allocated>");
        foreach (var one in timings)
            table.AddRow(
                new Text(one.Name), new Text($"{one.Seconds * 1e3:0.00}"), new Text($"{one.Bytes / one.Seconds / 1e9:0.0}"),
                new Text($"{one.Seconds / floor:0.00} x"), new Text($"{one.AllocatedBytes} B"));
        output.Result(table);
    }

    /// <summary>Shows timings that have no floor.</summary>
    public static void Show(Output output, IReadOnlyList<Timing> timings)
    {
        var table = Tables.Create("", "ms>", "allocated>");
        foreach (var one in timings)
            table.AddRow(new Text(one.Name), new Text($"{one.Seconds * 1e3:0.00}"), new Text($"{one.AllocatedBytes} B"));
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
