using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Distributed;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Parity;

/// <summary>
/// Computes what torchvision computed, by the way that a user goes: weights through the import, whose settings agree with torchvision,
/// detection by <see cref="Detector"/>, training batches by the loader, steps by what makes them in a training.
/// </summary>
internal sealed class Comparison : IDisposable
{
    private readonly string _model;
    private readonly Expected _expected;
    private readonly DetectionDataset _set;
    private readonly RunSettings _settings;

    /// <param name="folder">What torchvision_parity.py wrote; files are added.</param>
    public Comparison(string folder)
    {
        _expected = new(Path.Combine(folder, "expected.pth"));
        _model = Path.Combine(folder, "model.safetensors");
        var imported = WeightImport.Import(Path.Combine(folder, "model.pth"), _model).Model!;
        if (Compatibility.Describe(imported.Settings) != "torchvision")
            throw new InvalidOperationException("the import's settings do not agree with torchvision");
        AnnotatedImage[] images = [.. Enumerable.Range(0, _expected.Under("image.").Count()).Select(i => Annotated(i, Path.Combine(folder, $"{i}.png")))];
        // Counted from 1 there, the background being 0; here from 0, until the background is added as in a training.
        _set = BackgroundClass.AddTo(new() { Source = folder, Categories = [.. imported.Categories.Skip(1)], Images = images });
        _settings = imported.Settings with
        {
            Input = new(images.Max(image => Math.Min(image.Width, image.Height)), images.Max(image => Math.Max(image.Width, image.Height))),
            Training = new() { Batch = images.Length, Clip = 0, Ema = 0 },
        };
    }

    /// <summary>Compares everything.</summary>
    public IEnumerable<Difference> Run()
    {
        yield return Features();
        foreach (var difference in Detections())
            yield return difference;
        foreach (var difference in LossesAndGradients())
            yield return difference;
        yield return Steps();
    }

    /// <inheritdoc/>
    public void Dispose() => _expected.Dispose();

    private AnnotatedImage Annotated(int index, string path)
    {
        var shape = _expected.Shape($"image.{index}");
        new Image((int)shape[1], (int)shape[0], [.. _expected[$"image.{index}"].Select(value => (byte)value)]).Save(path);
        var boxes = _expected.Rows($"boxes.{index}", 4).Select(row => new Box(row[0], row[1], row[2], row[3]));
        return new()
        {
            Id = index + 1,
            FileName = Path.GetFileName(path),
            Path = path,
            Width = (int)shape[1],
            Height = (int)shape[0],
            Annotations = [.. boxes.Zip(_expected[$"labels.{index}"], (box, label) => new Annotation { Id = 1, Category = (int)label - 1, Box = BoxXywh.FromCorners(box), Area = box.Area })],
        };
    }

    private Difference Features()
    {
        using var state = ModelFile.Load(_model).State;
        using var network = new RetinaNet(state);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var batch = ImageBatch.Create(Images(), _settings.Input, new());
        var levels = network.Levels(Preprocessing.Input(batch, network));
        return Difference.Create("features", 1e-4, levels.Select((level, i) => (Distance(_expected[$"features.{i}"], Values(level)), $"P{i + 3}")));
    }

    private IEnumerable<Difference> Detections()
    {
        using var detector = Detector.Load(_model, new() { Precision = Precision.Fp32, Input = _settings.Input });
        var found = detector.Detect(Images());
        var (scores, boxes, unmatched) = (new List<(double, string)>(), new List<(double, string)>(), 0);
        for (var i = 0; i < found.Count; i++)
        {
            var left = found[i].ToList();
            foreach (var row in _expected.Rows($"detections.{i}", 6))
            {
                var candidates = left.Where(one => one.Class == (int)row[0] && Math.Abs(one.Score - row[1]) <= 1e-4).ToList();
                if (candidates.Count == 0)
                {
                    unmatched++;
                    continue;
                }

                var nearest = candidates.MinBy(one => Apart(one.Box, row))!;
                left.Remove(nearest);
                scores.Add((Math.Abs(nearest.Score - row[1]), ""));
                boxes.Add((Apart(nearest.Box, row), ""));
            }

            unmatched += left.Count;
        }

        yield return new("detections without their like", 0, unmatched, $"of {_expected.Under("detections.").Sum(i => _expected.Shape($"detections.{i}")[0])}");
        yield return Difference.Create("scores", 1e-4, scores);
        yield return Difference.Create("boxes, px", .01, boxes);

        static double Apart(Box box, float[] row) =>
            new[] { box.X1 - row[2], box.Y1 - row[3], box.X2 - row[4], box.Y2 - row[5] }.Max(distance => Math.Abs((double)distance));
    }

    /// <summary>
    /// In single precision one rectifier that rounding turned on or off moves the gradients of its layer by more than the limit, which says nothing of the rest: hence
    /// the median over the tensors, with the worst named. In double, where that does not happen, it is the worst of all.
    /// </summary>
    private IEnumerable<Difference> LossesAndGradients()
    {
        using var batch = Batches(1).Single();
        var (loss, single) = Derive(batch, ScalarType.Float32);
        var losses = _expected["losses"];
        yield return Difference.Create("losses", 1e-5, [(Relative(losses[0], loss.Classification), "classification"), (Relative(losses[1], loss.Box), "boxes")]);
        yield return Difference.OfMedian("gradients in single", 1e-3, Apart("gradient.", single));
        yield return Difference.Create("gradients in double", 1e-3, Apart("exact.", Derive(batch, ScalarType.Float64).Gradients));
    }

    /// <summary>The losses, and the derivative of their sum by each parameter.</summary>
    private ((double Classification, double Box) Losses, Dictionary<string, float[]> Gradients) Derive(TrainingBatch batch, ScalarType type)
    {
        using var state = ModelFile.Load(_model).State;
        using var values = state.ToComputeType(type, frozenParts: 0);
        using var network = new RetinaNet(values, new(type, IsTraining: true));
        using var scope = NewDisposeScope();
        var outputs = network.call(Preprocessing.Input(batch, network));
        var normalizer = new StepNormalizer(_settings.Loss.Normalizer).CreateNormalizers(StepCounts.Compute(SingleProcess.Instance, [batch], null, isStopRequested: false, isCheckpointRequested: false))(batch);
        // The losses know single precision and less.
        var loss = new DetectionLoss(_settings.Loss).Evaluate([.. outputs.Select(level => new LevelOutput(level.Logits.to(ScalarType.Float32), level.BoxOutputs.to(ScalarType.Float32)))], batch.Targets, normalizer);
        Autograd.Backward([.. outputs.SelectMany(level => new[] { level.Logits, level.BoxOutputs })], [.. loss.Gradients.Select(gradient => gradient.to(type))]);
        return ((loss.Classification, loss.Box), network.named_parameters().ToDictionary(entry => entry.name, entry => Values(entry.parameter.grad!)));
    }

    private List<(double, string)> Apart(string prefix, Dictionary<string, float[]> gradients)
    {
        var names = _expected.Under(prefix).ToList();
        if (!names.Order().SequenceEqual(gradients.Keys.Order()))
            throw new InvalidOperationException("the trained parameters are not torchvision's");
        return [.. names.Select(name => (Distance(_expected[prefix + name], gradients[name]), name))];
    }

    private Difference Steps()
    {
        using var state = new TrainingState(ModelFile.Load(_model).State, _settings.Training, ScalarType.Float32);
        using var shards = new ShardThreads(1, Environment.ProcessorCount);
        var steps = new StepRunner(_settings.Training, state, new(_settings.Loss), new(_settings.Loss.Normalizer), null, null, null, shards, new());
        var wanted = _expected.Rows("steps", 2);
        using var batches = Batches(wanted.Length).GetEnumerator();
        return Difference.Create("steps", 1e-3, [.. wanted.Select((losses, step) =>
        {
            var (classification, box, _, _, _) = steps.Run(batches, _expected["rate"][0], step)!.Value;
            return (Relative(losses[0] + losses[1], classification + box), $"step {step + 1}");
        })]);
    }

    private Image[] Images() => [.. _set.Images.Select(image => Image.Load(image.Path))];

    /// <summary>The numbers of a tensor in C order.</summary>
    private static float[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).contiguous().Elements<float>().ToArray();
    }

    /// <summary>All images, again and again.</summary>
    private IEnumerable<TrainingBatch> Batches(int count)
    {
        var loader = new TrainingLoader(_set, _settings.Input, AugmentationSettings.None, new(_settings.Model.Anchors), new IouAssigner(_settings.Assigner), new() { BatchSize = _set.Images.Count });
        return Enumerable.Range(0, count).SelectMany(epoch => loader.EnumerateEpoch(epoch));
    }

    private static double Relative(double expected, double actual) => Math.Abs(actual - expected) / Math.Abs(expected);

    /// <summary>Norm of the difference by norm of what is expected (L2).</summary>
    private static double Distance(float[] expected, float[] actual)
    {
        if (expected.Length != actual.Length)
            throw new InvalidOperationException($"{actual.Length} numbers instead of {expected.Length}");
        var (distance, size) = (0.0, 0.0);
        for (var i = 0; i < expected.Length; i++)
        {
            var apart = (double)actual[i] - expected[i];
            distance += apart * apart;
            size += (double)expected[i] * expected[i];
        }

        return Math.Sqrt(distance / size);
    }
}
