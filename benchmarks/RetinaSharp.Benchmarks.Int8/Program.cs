// Speed of int8 in ONNX Runtime beside fp32 in ONNX Runtime and fp32 in LibTorch, all through the detectors' DetectAsync on one decoded image:
// scaling, network and postprocessing. The engines take turns in one process; a ratio is that of one round, so that other load affects both sides.
//   dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks.Int8 -- [--model FILE.safetensors] [--side 800] [--rounds 9] [--runs 3] [--threads 2]
// Without --model: an R50 with random weights and 80 classes.
using RetinaSharp.Benchmarks.Int8;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Experiments.Scenes;
using RetinaSharp.Inference;
using RetinaSharp.Onnx;
using RetinaSharp.Onnx.Quantization;
using RetinaSharp.OnnxRuntime;

string? Text(string name) => Array.IndexOf(args, name) is >= 0 and var i ? args[i + 1] : null;
int Number(string name, int fallback) => Text(name) is { } text ? int.Parse(text) : fallback;
var (side, rounds, runs, threads) = (Number("--side", 800), Number("--rounds", 9), Number("--runs", 3), Number("--threads", 2));

var folder = Directory.CreateTempSubdirectory("int8-");
try
{
    var model = Text("--model") ?? RandomModel.Write(Path.Combine(folder.FullName, "r50.safetensors"));
    var (fp32, int8) = (Path.Combine(folder.FullName, "fp32.onnx"), Path.Combine(folder.FullName, "int8.onnx"));
    OnnxExporter.Export(model, fp32);
    var scenes = Enumerable.Range(0, 8).Select(i => ImageSource.FromImage(new SceneGenerator().Draw("calibration", i).Image.Resize(side, side)));
    var quantized = OnnxQuantizer.Quantize(fp32, int8, scenes, new() { SensitivityImages = 0, Threads = threads });
    Console.WriteLine($"{quantized.SourceBytes / 1e6:0.0} MB in fp32, {quantized.Bytes / 1e6:0.0} MB in int8");

    var (input, image) = (InputSize.Square(side), new SceneGenerator().Draw("timing", 0).Image.Resize(side, side));
    (string Name, ObjectDetector Detector)[] engines =
    [
        ("int8, ONNX Runtime", OnnxDetector.Load(int8, new() { Threads = threads, Input = input })),
        ("fp32, ONNX Runtime", OnnxDetector.Load(fp32, new() { Threads = threads, Input = input })),
        ("fp32, LibTorch", Detector.Load(model, new() { Threads = threads, Input = input, Precision = RetinaSharp.Detection.Configuration.Precision.Fp32 })),
    ];
    Console.WriteLine($"{side} px, batch 1, {threads} threads, {rounds} rounds, best of {runs} runs each; load average {LoadAverage.Read()}");
    var times = AlternatingTimer.Measure([.. engines.Select(engine => (Action)(() => engine.Detector.Detect(image)))], rounds, runs);
    for (var i = 0; i < engines.Length; i++)
    {
        Console.WriteLine($"{engines[i].Name,-20} best {1000 * times.Min(round => round[i].Wall),7:0.0} ms, {1000 * times.Min(round => round[i].Cpu),7:0.0} ms of CPU; over int8's: "
            + $"time {Ratios(times, i, time => time.Wall)}, CPU {Ratios(times, i, time => time.Cpu)}");
    }

    Console.WriteLine($"load average {LoadAverage.Read()}");
    foreach (var (_, detector) in engines)
        detector.Dispose();
}
finally
{
    folder.Delete(recursive: true);
}

static string Ratios(RunTime[][] times, int engine, Func<RunTime, double> value)
{
    var ratios = times.Select(round => value(round[engine]) / value(round[0])).Order().ToArray();
    return $"{ratios[ratios.Length / 2]:0.00} [{ratios[0]:0.00} to {ratios[^1]:0.00}]";
}
