using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Data;
using RetinaSharp.Detection.Training;
using RetinaSharp.Distributed;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Training;

public sealed class DistributedTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Pictures _pictures = Pictures.Mixed(12);

    public void Dispose()
    {
        _pictures.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Train_TwoProcesses_EqualOneWithTwoShardsBitForBit()
    {
        var settings = TinyRun.NarrowWith(training => training with { Shards = 2 }) with { Augmentation = new() { HorizontalFlip = .5, Mosaic = .5 } };
        var alone = Train(settings, "alone", SingleProcess.Instance);

        var results = ThreadGroup.Run(2, group => Train(settings, "two", group));

        Assert.Equal(Weights("alone"), Weights("two"));
        Assert.All(results, result => Assert.Equal((alone.Steps, alone.BestEpoch, alone.Best!.AP), (result.Steps, result.BestEpoch, result.Best!.AP)));
        Assert.All(results, result => Assert.Equal(alone.BestEvaluation!.Detections, result.BestEvaluation!.Detections));
    }

    [Fact]
    public void Train_OneCanceled_AllStopAfterTheSameStepAndResume()
    {
        var settings = TinyRun.NarrowWith(training => training with { Shards = 2, Epochs = 3 });
        Train(settings, "alone", SingleProcess.Instance);
        using var source = new CancellationTokenSource();

        var canceled = ThreadGroup.Run(2, group => Train(settings, "two", group, group.Rank == 1 ? new Canceling(source, atStep: 4) : null, group.Rank == 1 ? source.Token : default));
        var resumed = ThreadGroup.Run(2, group => Train(settings, "two", group));

        Assert.All(canceled, result => Assert.Equal((true, 4), (result.IsCanceled, result.Steps)));
        Assert.All(resumed, result => Assert.Equal((false, 9), (result.IsCanceled, result.Steps)));
        Assert.Equal(Weights("alone"), Weights("two"));
    }

    [Fact]
    public void Train_CallbackStopsInOneProcess_AllHaveTheReason()
    {
        var settings = TinyRun.NarrowWith(training => training with { Shards = 2 });

        var results = ThreadGroup.Run(2, group => Train(settings, "two", group, group.Rank == 1 ? new Stopping(atStep: 2) : null));

        Assert.All(results, result => Assert.Equal(("enough", 2), (result.StopReason, result.Steps)));
    }

    [Fact]
    public void Train_OtherDataInOneProcess_NamesIt()
    {
        using var other = Pictures.Mixed(13);

        var error = Assert.Throws<DistributedException>(() => ThreadGroup.Run(2, group => Train(TinyRun.NarrowWith(training => training with { Shards = 2 }), "two", group, set: group.Rank == 1 ? other.Set : null)));

        Assert.StartsWith("rank 1 on machine1 has other training data", error.Message);
    }

    [Fact]
    public void Train_FewerImagesThanAStep_IsAnError()
    {
        var settings = TinyRun.NarrowWith(training => training with { Shards = 2, Batch = 16 });

        Assert.Contains("fewer than the 16 of a step", Assert.Throws<DatasetException>(() => ThreadGroup.Run(2, group => Train(settings, "two", group))).Message);
    }

    [Fact]
    public void AfterEpoch_OtherWeightsInOneProcess_NamesIt()
    {
        var settings = TinyRun.NarrowWith(training => training with { Shards = 2 });
        var architecture = RetinaNetArchitecture.Create(settings, classes: 3);
        var at = new Checkpoint { Settings = settings, TrainingData = "", Precision = Precision.Fp32, ComputedOn = "", Epoch = 5 };

        var error = Assert.Throws<DistributedException>(() => ThreadGroup.Run(2, group =>
        {
            using var state = new TrainingState(WeightInitializer.Create(architecture, seed: group.Rank), settings.Training, ScalarType.Float32, group);
            return RunAgreement.AfterEpoch(group, at, state);
        }));

        Assert.StartsWith("rank 1 on machine1 has other weights than rank 0 after epoch 5", error.Message);
    }

    [Theory]
    [InlineData(1, 1, 4, 1)]
    [InlineData(1, 2, 4, 2)]
    [InlineData(2, 2, 8, 2)]
    [InlineData(2, 3, 12, 3)]
    [InlineData(4, 2, 8, 4)]
    [InlineData(2, 4, 12, 4)]
    public void SpreadOver_Processes_TakesTheSmallestMultipleThatDividesTheBatch(int shards, int processes, int batch, int expected)
    {
        var spread = new TrainingSettings { Shards = shards, Batch = batch }.SpreadOver(processes);

        Assert.Equal(expected, spread.EffectiveShards);
        spread.ValidateFor(processes);
    }

    [Fact]
    public void SpreadOver_OneProcess_ChangesNothing()
    {
        // Only one shard is used, because 3 is no multiple of 2.
        var training = new TrainingSettings { Shards = 2, Batch = 3 };

        Assert.Equal(training, training.SpreadOver(1));
    }

    [Fact]
    public void SpreadOver_BatchIsNoMultiple_Throws() =>
        Assert.Contains("cannot be shared equally by 3 processes", Assert.Throws<ArgumentException>(() => new TrainingSettings { Batch = 4 }.SpreadOver(3)).Message);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GradientBuckets_Sum_AddsUpInFp32AndKeepsTheLayout(bool isBFloat16)
    {
        var type = isBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        // The first three do not fit into one bucket with the last.
        long[][] shapes = [[3, 5, 2, 4], [7], [1], [2600, 2600], [2]];

        ThreadGroup.Run(2, group =>
        {
            using var scope = NewDisposeScope();
            using var buckets = new GradientBuckets(group, ScalarType.Float32);
            Tensor[] expected = [.. shapes.Select((shape, i) => (Gradient(i, 0) + Gradient(i, 1)))];
            for (var step = 0; step < 2; step++)
            {
                Tensor[] gradients = [.. shapes.Select((_, i) => Layout(i, Gradient(i, group.Rank).to(type)))];
                buckets.Sum(gradients);
                foreach (var (i, sum) in gradients.Index())
                {
                    Assert.Equal(ScalarType.Float32, sum.dtype);
                    Assert.Equal(Layout(i, Gradient(i, 0)).stride(), sum.stride());
                    Assert.True(sum.Equals(expected[i]), $"gradient {i}");
                    sum.Dispose();
                }
            }

            return true;
        });

        // Whole numbers, which bf16 has exactly.
        Tensor Gradient(int index, int rank) => arange(shapes[index].Aggregate((a, b) => a * b)).remainder(17).add(rank + index).to(ScalarType.Float32).reshape(shapes[index]);

        static Tensor Layout(int index, Tensor tensor) => index == 0 ? tensor.contiguous().permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : tensor;
    }

    private TrainingResult Train(
        RunSettings settings, string run, IProcessGroup group, ITrainingCallback? callback = null, CancellationToken cancellationToken = default, DetectionDataset? set = null) =>
        new Trainer(settings, set ?? _pictures.Set, _pictures.Set, TinyRun.Options(_folder.At(run)) with
        {
            Group = group,
            Threads = 2 / group.Size,
            Resume = true,
            Components = new() { Callbacks = callback is null ? [] : [callback] },
        }).Train(cancellationToken: cancellationToken);

    private Dictionary<string, float[]> Weights(string run) => TinyRun.Weights(_folder.At(run, "last.safetensors"));

    private sealed class Canceling(CancellationTokenSource source, int atStep) : ITrainingCallback
    {
        public void OnStepEnd(StepResult step, TrainingControl control)
        {
            if (step.Step == atStep)
                source.Cancel();
        }
    }

    private sealed class Stopping(int atStep) : ITrainingCallback
    {
        public void OnStepEnd(StepResult step, TrainingControl control)
        {
            if (step.Step == atStep)
                control.Stop("enough");
        }
    }
}
