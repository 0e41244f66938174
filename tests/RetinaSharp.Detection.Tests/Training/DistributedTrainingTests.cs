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

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Bf16)]
    public void Train_FourProcesses_EqualOneWithFourShardsBitForBit(Precision precision)
    {
        var settings = TinyRun.NarrowWith(training => training with { Batch = 4, Shards = 4 });
        Train(settings, "alone", SingleProcess.Instance, precision: precision);

        ThreadGroup.Run(4, group => Train(settings, "four", group, precision: precision));

        Assert.Equal(Weights("alone"), Weights("four"));
    }

    [Fact]
    public void Train_FourProcesses_ResumeWithOneAndBack()
    {
        var settings = TinyRun.NarrowWith(training => training with { Batch = 4, Shards = 4, Epochs = 3 });
        Train(settings, "alone", SingleProcess.Instance);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();

        ThreadGroup.Run(4, group => Train(settings, "run", group, new Canceling(first, atStep: 2), first.Token));
        Assert.True(Train(settings, "run", SingleProcess.Instance, new Canceling(second, atStep: 5), second.Token).IsCanceled);
        ThreadGroup.Run(4, group => Train(settings, "run", group));

        Assert.Equal(Weights("alone"), Weights("run"));
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
    [InlineData(2, false, false)]
    [InlineData(3, true, false)]
    [InlineData(3, true, true)]
    public void TensorPartition_SumAndGather_EachProcessHasItsPartThenAllHaveTheWhole(int processes, bool isBFloat16, bool byAddress)
    {
        var type = isBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        // A tensor that is split, small ones, one whose memory is not in row-major order, and one that is always fp32.
        long[][] shapes = [[300, 500], [7], [3, 5, 2, 4], [200, 700], [2]];
        ScalarType[] types = [type, type, type, type, ScalarType.Float32];

        ThreadGroup.Run(processes, group =>
        {
            using var scope = NewDisposeScope();
            Tensor[] weights = [.. shapes.Select((shape, i) => Layout(i, zeros(shape)))];
            var devices = byAddress ? new AddressExchange(group) : null;
            using (var partition = new TensorPartition(group, weights, devices))
                Share(partition, weights, group.Rank);
            Assert.True(devices is null or { Calls: 6 });
            return true;
        });

        void Share(TensorPartition partition, Tensor[] weights, int rank)
        {
            for (var step = 0; step < 2; step++)
            {
                var sums = partition.Sum([.. shapes.Select((_, i) => Gradient(i, rank))], types);
                foreach (var (slice, sum) in partition.Own.Zip(sums))
                {
                    Assert.Equal(ScalarType.Float32, sum.dtype);
                    TensorPartition.View(weights[slice.Tensor], slice).copy_(sum);
                    sum.Dispose();
                }

                partition.Gather(weights);

                foreach (var (i, weight) in weights.Index())
                {
                    Assert.Equal(Layout(i, zeros(shapes[i])).stride(), weight.stride());
                    Assert.True(weight.Equals(Enumerable.Range(0, processes).Select(other => Gradient(i, other)).Aggregate((a, b) => a + b)), $"tensor {i}");
                }
            }
        }

        // Whole numbers, which bf16 has exactly.
        Tensor Gradient(int index, int rank) => arange(shapes[index].Aggregate((a, b) => a * b)).remainder(17).add(rank + index).to(ScalarType.Float32).reshape(shapes[index]);

        static Tensor Layout(int index, Tensor tensor) => index == 2 ? tensor.contiguous().permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : tensor;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(16)]
    public void TensorSlice_Split_CoversEveryElementOnceInEqualParts(int parts)
    {
        const long Block = 64;
        long[] counts = [1000, 5, 64, 63, 300, 0, 130];

        var slices = TensorSlice.Split(counts, parts, Block);

        Assert.Equal(parts, slices.Length);
        var next = counts.Select(_ => 0L).ToArray();
        foreach (var (tensor, start, count) in slices.SelectMany(part => part))
        {
            Assert.Equal(next[tensor], start);
            Assert.Equal(0, start % Block);
            next[tensor] += count;
        }

        Assert.Equal(counts, next);
        Assert.Equal(slices.SelectMany(part => part).OrderBy(slice => slice.Tensor), slices.SelectMany(part => part));
        Assert.All(slices, part => Assert.InRange(part.Sum(slice => slice.Count), (counts.Sum() / parts) - Block, (counts.Sum() / parts) + Block));
    }

    private TrainingResult Train(
        RunSettings settings, string run, IProcessGroup group, ITrainingCallback? callback = null, CancellationToken cancellationToken = default, DetectionDataset? set = null,
        Precision precision = Precision.Fp32) =>
        new Trainer(settings, set ?? _pictures.Set, _pictures.Set, TinyRun.Options(_folder.At(run)) with
        {
            Group = group,
            Threads = Math.Max(1, 2 / group.Size),
            Precision = precision,
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
