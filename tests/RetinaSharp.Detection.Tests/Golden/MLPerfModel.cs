using System.Text.Json;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Tests.Weights.PyTorch;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Golden;

/// <summary>
/// MLPerf's RetinaNet in its full size, imported once for all tests from a file with the names and shapes of MLPerf's checkpoints and weights that a formula gives.
/// mlperf.json was made by make_mlperf_golden.py.
/// </summary>
public sealed class MLPerfModel : IDisposable
{
    private readonly PyTorchFolder _folder = new();

    public MLPerfModel()
    {
        var salt = Golden.GetProperty("salt").GetInt32();
        var checkpoint = _folder.Save("model_10.pth", Golden.GetProperty("tensors").EnumerateObject().Select(tensor =>
        {
            long[] shape = [.. tensor.Value.EnumerateArray().Select(side => side.GetInt64())];
            return (tensor.Name, shape, FormulaWeights.Values(salt, tensor.Name, shape));
        }), under: "model");
        InitialSettings = InitialWeightsSettings.Load(checkpoint, Presets.Small);
        Import = WeightImport.Import(checkpoint, _folder.At("mlperf.safetensors"));
        // 150 MB.
        File.Delete(checkpoint);
    }

    public static JsonElement Golden { get; } = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "RetinaSharp.Detection.Tests", "Golden", "mlperf.json"))).RootElement;

    /// <summary>Result of the import.</summary>
    public ImportResult Import { get; }

    /// <summary>Settings of a training run that starts from the checkpoint.</summary>
    public RunSettings InitialSettings { get; }

    public void Dispose() => _folder.Dispose();
}
