using System.CommandLine;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;

namespace RetinaSharp.Cli.Options;

/// <summary>--device and --precision.</summary>
internal sealed class EngineOptions
{
    private static readonly Choices<Precision> Precisions = new() { { "auto", Precision.Auto }, { "fp32", Precision.Fp32 }, { "bf16", Precision.Bf16 } };

    private readonly Option<string?> _device = Given.Value("--device", "cpu|cuda[:N]", "Where the network is computed; the processor if left out.");
    private readonly Option<string?> _precision = Given.Value("--precision", Precisions.ToString(),
        "Number type of the network's computation; auto, the default, is bf16 where there are units for it.");

    public void AddTo(Command command)
    {
        command.Add(_device);
        command.Add(_precision);
    }

    /// <exception cref="UsageException">It is no device.</exception>
    public Device ReadDevice(ParseResult parse) => Given.ReadValue(parse, _device, Device.Parse) ?? Device.Cpu;

    /// <exception cref="UsageException">It is no precision.</exception>
    public Precision ReadPrecision(ParseResult parse) => Given.ReadValue(parse, _precision, Precisions.Parse) ?? Precision.Auto;
}
