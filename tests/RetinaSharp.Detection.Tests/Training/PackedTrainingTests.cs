using RetinaSharp.Datasets;
using RetinaSharp.Datasets.Writing;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Tests.Data;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>Trainings on images in tar shards.</summary>
[Collection(TorchCollection.Name)]
public sealed class PackedTrainingTests : LeakCheck
{
    private static readonly RunSettings Settings = TinyRun.NarrowWith(training => training with { Epochs = 2 }) with
    {
        Augmentation = new() { Brightness = .2, MinScale = .8, Mosaic = .4, Mixup = .3 },
    };

    private readonly Rectangles _rectangles = new(32);

    public override void Dispose()
    {
        _rectangles.Dispose();
        base.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(48)]
    public void Train_OneShard_EqualsTheTrainingOnTheFilesToTheLastBit(int? tile)
    {
        DatasetPacker.Pack([new(null, _rectangles.Take(8))], _rectangles.At("packed"));
        var packed = DetectionDataset.Open(_rectangles.At("packed"));
        var settings = Settings with { Tile = tile };

        var onShards = Train("shards", packed, settings);
        var onFiles = Train("files", ShardedSet.Unpacked(packed, _rectangles.Set), settings);

        Assert.NotNull(packed.Images[0].Entry);
        Assert.Equal((onFiles.Steps, onFiles.Best!.AP), (onShards.Steps, onShards.Best!.AP));
        AssertSameWeights("files", "shards");
    }

    [Fact]
    public void Train_ManyShardsAndCrashedAgainAndAgain_EqualsTheUninterruptedToTheLastBit()
    {
        var packed = ShardedSet.Pack(_rectangles.Set, _rectangles.At("packed"), shards: 16);
        Assert.NotNull(ShardWindows.Create(packed.Images));
        Train("whole", packed, Settings);

        var crashes = 0;
        for (var isDone = false; !isDone;)
        {
            try
            {
                Train("run", packed, Settings, new() { Callbacks = [new CrashAfter(5)] });
                isDone = true;
            }
            catch (InvalidOperationException crash) when (crash.Message == "crash")
            {
                crashes++;
            }
        }

        Assert.InRange(crashes, 2, 20);
        AssertSameWeights("whole", "run");
    }

    [Fact]
    public void Train_ResumedOnOtherShards_IsRefused()
    {
        var packed = ShardedSet.Pack(_rectangles.Set, _rectangles.At("packed"), shards: 16);
        Assert.Throws<InvalidOperationException>(() => Train("run", packed, Settings, new() { Callbacks = [new CrashAfter(3)] }));

        var files = ShardedSet.Unpacked(packed, _rectangles.Set);

        Assert.Contains("training", Assert.Throws<WeightsException>(() => Train("run", files, Settings)).Message);
    }

    [Fact]
    public void ComputeDigest_PackedSet_DependsOnItsShardsButNotOnItsFolder()
    {
        var first = ShardedSet.Pack(_rectangles.Set, _rectangles.At("first"), shards: 4);
        var copy = ShardedSet.Pack(_rectangles.Set, _rectangles.At("copy"), shards: 4);
        var other = ShardedSet.Pack(_rectangles.Set, _rectangles.At("other"), shards: 8);
        var sameOrder = other with { Images = [.. first.Images.Select(image => other.Images.Single(one => one.Id == image.Id))] };

        Assert.Equal(DatasetDigest.ComputeForTraining(first), DatasetDigest.ComputeForTraining(copy));
        Assert.NotEqual(DatasetDigest.ComputeForTraining(first), DatasetDigest.ComputeForTraining(sameOrder));
        Assert.NotEqual(DatasetDigest.ComputeForTraining(first), DatasetDigest.ComputeForTraining(ShardedSet.Unpacked(first, _rectangles.Set)));
    }

    [Fact]
    public void EnumerateEpoch_OneOfSeveralProcesses_ReadsItsOwnImagesOnly()
    {
        var packed = ShardedSet.Pack(_rectangles.Set, _rectangles.At("packed"), shards: 16);
        var options = new LoaderOptions { BatchSize = 4, Seed = 3, Ranks = 2, CacheBytes = 0 };
        var own = Enumerable.Range(0, 2).Select(rank => Load(packed, options with { Rank = rank })).ToArray();
        Assert.Equal(packed.Images.Select(image => image.Id).Order(), own.SelectMany(ids => ids).Order());

        // Damages the images of the other process.
        foreach (var image in packed.Images.Where(image => !own[0].Contains(image.Id)))
        {
            using var shard = new FileStream(image.Entry!.Shard, FileMode.Open);
            shard.Position = image.Entry.Offset;
            shard.Write(new byte[image.Entry.Length]);
        }

        Assert.Equal(own[0], Load(packed, options));
        var error = Assert.Throws<ImageException>(() => Load(packed, options with { Rank = 1 }));
        Assert.StartsWith(_rectangles.At("packed"), error.File);
        Assert.Contains(".tar/", error.File);
    }

    [Fact]
    public void Train_CorruptImageInAShard_IsRefusedBeforeTheFirstStep()
    {
        var packed = ShardedSet.Pack(_rectangles.Set, _rectangles.At("packed"), shards: 16);
        var entry = packed.Images[5].Entry!;
        using (var shard = new FileStream(entry.Shard, FileMode.Open))
        {
            shard.Position = entry.Offset;
            shard.Write(new byte[entry.Length]);
        }

        var error = Assert.Throws<DatasetException>(() => Train("run", packed, Settings));

        Assert.Contains("1 of 32 images", error.Message);
        Assert.Contains(packed.Images[5].Path, error.Message);
    }

    private static List<long> Load(DetectionDataset set, LoaderOptions options)
    {
        var ids = new List<long>();
        foreach (var batch in Pictures.Loader(set, options, AugmentationSettings.None).EnumerateEpoch(0))
        {
            ids.AddRange(batch.Images.Select(image => image.Source.Id));
            batch.Dispose();
        }

        return ids;
    }

    private TrainingResult Train(string run, DetectionDataset set, RunSettings settings, TrainingComponents? components = null) =>
        new Trainer(settings, set, set with { Images = [.. set.Images.Take(4)] }, TinyRun.Options(_rectangles.At(run)) with
        {
            Resume = true,
            CheckpointEvery = TimeSpan.Zero,
            Components = components ?? new(),
        }).Train();

    private void AssertSameWeights(string first, string second)
    {
        foreach (var name in new[] { ModelFile.Last, ModelFile.Best })
            Assert.Equal(File.ReadAllBytes(Path.Combine(_rectangles.At(first), name)), File.ReadAllBytes(Path.Combine(_rectangles.At(second), name)));
    }

    /// <summary>Crashes after a number of steps of a session.</summary>
    private sealed class CrashAfter(int steps) : ITrainingCallback
    {
        private int _left = steps;

        public void OnStepEnd(StepResult step, TrainingControl control)
        {
            if (--_left == 0)
                throw new InvalidOperationException("crash");
        }
    }
}
