using System.CommandLine;
using System.Globalization;
using RetinaSharp.Detection.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Cli.Options;

/// <summary>--device and --precision.</summary>
internal sealed class EngineOptions
{
    private static readonly Choices<Precision> Precisions = new() { { "auto", Precision.Auto }, { "fp32", Precision.Fp32 }, { "bf16", Precision.Bf16 } };

    private readonly Option<string?> _device = Given.Value("--device", "cpu|cuda[:N]", "Where the network is computed; the CPU if left out.");
    private readonly Option<string?> _precision = Given.Value("--precision", Precisions.ToString(),
        "Number type of the network's computation; auto, the default, is bf16 where there are units for it.");

    public void AddTo(Command command)
    {
        command.Add(_device);
        command.Add(_precision);
    }

    /// <summary>The device; null: the CPU.</summary>
    /// <exception cref="UsageException">It is no device.</exception>
    public Device? ReadDevice(ParseResult parse) => Given.ReadValue(parse, _device, ParseDevice) is { IsCuda: true, Index: var index } ? new(DeviceType.CUDA, index) : null;

    /// <exception cref="UsageException">It is no precision.</exception>
    public Precision ReadPrecision(ParseResult parse) => Given.ReadValue(parse, _precision, Precisions.Parse) ?? Precision.Auto;

    private static (bool IsCuda, int Index) ParseDevice(string text) => text switch
    {
        "cpu" => (false, 0),
        "cuda" => (true, 0),
        _ when text.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) => (true, index),
        _ => throw new FormatException($"'{text}' is no device: cpu, cuda or cuda:N is."),
    };
}
