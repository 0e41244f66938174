using System.Diagnostics;
using System.Text.Json;
using RetinaSharp.Cli.Benchmarks;
using RetinaSharp.Cli.Terminal;
using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes the timings of networks as text or JSON.</summary>
internal static class NetworkTimingReport
{
    public static void Show(Output output, IReadOnlyList<NetworkTiming> timings, bool withPhases)
    {
        var table = Tables.Create("", "ms>", "TFLOP/s>", "convolution>", "share>");
        foreach (var one in timings)
        {
            table.AddRow(new Text(one.Name), new Text($"{one.Seconds * 1e3:0.0}"), new Text($"{one.Tflops:0.00}"), new Text($"{one.ConvolutionTflops:0.00}"), new Text($"{one.Share * 100:0} %"));
            if (!withPhases)
                continue;
            foreach (var (phase, seconds) in one.Phases)
                table.AddRow(new Text($"  {phase}"), new Text($"{seconds * 1e3:0.0}"), new Text(""), new Text(""), new Text(""));
        }

        output.Result(table);
        output.Info($"Peak memory: {PeakBytes / 1e6:0} MB.");
    }

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<NetworkTiming> timings, int runs)
    {
        writer.WriteNumber("threads", Environment.ProcessorCount);
        writer.WriteNumber("runs", runs);
        writer.WriteNumber("peak_bytes", PeakBytes);
        Write("seconds", one => one.Seconds);
        Write("teraflops", one => one.Tflops);
        Write("convolution_teraflops", one => one.ConvolutionTflops);
        Write("convolution_share", one => one.Share);
        writer.WriteStartObject("phases");
        foreach (var one in timings)
        {
            writer.WriteStartObject(one.Name);
            foreach (var (phase, seconds) in one.Phases)
                writer.WriteNumber(phase, seconds);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();

        void Write(string name, Func<NetworkTiming, double> value)
        {
            writer.WriteStartObject(name);
            foreach (var one in timings)
                writer.WriteNumber(one.Name, value(one));
            writer.WriteEndObject();
        }
    }

    private static long PeakBytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }
}
