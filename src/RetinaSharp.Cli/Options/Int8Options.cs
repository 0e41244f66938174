using System.CommandLine;
using RetinaSharp.Onnx.Quantization;

namespace RetinaSharp.Cli.Options;

/// <summary>The options of <c>retina export onnx</c> for quantization to int8.</summary>
internal sealed class Int8Options
{
    private readonly Option<bool> _int8 = CliOption.Flag("--int8", "Quantize the model to int8: a quarter of the size, and faster on CPUs.");
    private readonly Option<string> _calibrate = CliOption.Text("--calibrate", "DATA", "Dataset whose images give the ranges of the activations, for --int8.");
    private readonly Option<int> _images = CliOption.Integer("--calibrate-images", "Number of images of --calibrate, spread over the dataset.", min: 1).WithDefault(new OnnxQuantizationOptions().CalibrationImages);
    private readonly Option<string> _check = CliOption.Text("--check", "DATA", "Dataset on which AP is measured before and after --int8. The default is that of --calibrate, which flatters the quantized model a little.");
    private readonly Option<string[]> _keep = CliOption.Parsed("--keep-fp32", "LAYER,...", "Layers to keep in fp32, as named in the list of sensitivities.", text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    private readonly Option<int> _keepSensitive = CliOption.Integer("--keep-sensitive", "Number of the most sensitive layers to keep in fp32.", min: 0).WithDefault(0);
    private readonly Option<double> _maxDrop = CliOption.Number("--max-ap-drop", "Keep the most sensitive layers in fp32, 1, 2, 4 and so on, until AP drops by no more than this.", min: 0, max: 1);
    private readonly Option<int> _sensitivityImages = CliOption.Integer("--sensitivity-images", "Number of calibration images on which each layer is quantized alone to find its sensitivity; 0: none.", min: 0).WithDefault(new OnnxQuantizationOptions().SensitivityImages);
    private readonly Option<bool> _reduceRange = CliOption.Flag("--reduce-range", "Weights of 7 bits, for x64 CPUs with AVX2 but without VNNI, where 8 bits may saturate.");
    private readonly DatasetReadingOptions _reading = new();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
        _reading.AddTo(command);
    }

    private Option[] All => [_int8, _calibrate, _images, _check, _keep, _keepSensitive, _maxDrop, _sensitivityImages, _reduceRange];

    /// <summary>Returns what to quantize with; null without --int8.</summary>
    /// <exception cref="UsageException">The options contradict each other.</exception>
    public Int8Settings? Get(ParseResult parse)
    {
        if (!parse.GetValue(_int8))
            return All.Concat(_reading.All).FirstOrDefault(parse.IsGiven) is { } unused ? throw new UsageException($"{unused.Name} needs {_int8.Name}") : null;
        if (parse.GetValue(_calibrate) is not { } data)
            throw new UsageException($"{_int8.Name} needs {_calibrate.Name} DATA: a dataset with images like those that the detector will see");
        var options = new OnnxQuantizationOptions
        {
            CalibrationImages = parse.GetValue(_images),
            CalibrationName = Path.GetFileName(Path.TrimEndingDirectorySeparator(data)),
            KeepInFp32 = parse.GetValue(_keep) ?? [],
            KeepMostSensitive = parse.GetValue(_keepSensitive),
            SensitivityImages = parse.GetValue(_sensitivityImages),
            ReduceRange = parse.GetValue(_reduceRange),
        };
        var maxDrop = parse.GetOptional(_maxDrop);
        if (options.SensitivityImages == 0 && (maxDrop is not null || options.KeepMostSensitive > 0))
            throw new UsageException($"{_maxDrop.Name} and {_keepSensitive.Name} need {_sensitivityImages.Name} 1 or more");
        return new(data, parse.GetValue(_check), _reading.Get(parse), options, maxDrop);
    }
}
