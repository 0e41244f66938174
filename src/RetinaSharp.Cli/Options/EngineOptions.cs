using System.CommandLine;
using System.Globalization;
using RetinaSharp.Detection.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Cli.Options;

/// <summary>The options --device and --precision.</summary>
internal sealed class EngineOptions
{
    private readonly Option<Device> _device = CliOption.Parsed("--device", "cpu|cuda[:N]", "Device that computes the network; the CPU by default.", ParseDevice);
    private readonly Option<Precision> _precision = CliOption.Choice("--precision", "Number type of the network; auto, the default, is bf16 where that is faster than fp32.",
        ("auto", Precision.Auto), ("fp32", Precision.Fp32), ("bf16", Precision.Bf16));

    public void AddTo(Command command)
    {
        command.Add(_device);
        command.Add(_precision);
    }

    /// <summary>Returns the device that --device names; null for the CPU.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="localRank">Index of this process among those of the machine: that of its GPU, unless --device has one.</param>
    public Device? GetDevice(ParseResult parse, int localRank = 0) => parse.GetValue(_device) switch
    {
        null or { type: DeviceType.CPU } => null,
        { index: < 0 } device => new(device.type, localRank),
        var device => device,
    };

    public Precision GetPrecision(ParseResult parse) => parse.GetOptional(_precision) ?? Precision.Auto;

    private static Device ParseDevice(string text) => text switch
    {
        "cpu" => new(DeviceType.CPU),
        "cuda" => new(DeviceType.CUDA, -1),
        _ when text.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) => new(DeviceType.CUDA, index),
        _ => throw new FormatException($"'{text}' is not a device; cpu, cuda and cuda:N are"),
    };
}
