using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Kernels;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>Files that cannot be written: a folder in their place does what a full disk does, for root too.</summary>
[Collection(TorchCollection.Name)]
public sealed class UnwritableTests : LeakCheck
{
    private readonly Rectangles _rectangles = new(4);

    private string Run => _rectangles.At("run");

    public override void Dispose()
    {
        _rectangles.Dispose();
        base.Dispose();
    }

    [Fact]
    public void Train_StateCannotBeWritten_WarnsKeepsTheLastAndGoesOn()
    {
        byte[]? kept = null;
        var reports = new TinyRun.Reports(progress =>
        {
            if (progress is not TrainingEpoch { Epoch: 2 })
                return;
            kept = File.ReadAllBytes(At(CheckpointFile.Last));
            Block(CheckpointFile.Last + AtomicFile.TemporarySuffix);
        });

        var result = Train(4, reports);

        Assert.Equal(4, result.Epochs);
        Assert.All(reports.Warnings, warning => Assert.Contains("cannot be written", warning));
        Assert.Contains(At(CheckpointFile.Last), reports.Warnings.First());
        Assert.Equal(kept, File.ReadAllBytes(At(CheckpointFile.Last)));
        Assert.Equal(4, ModelFile.Describe(At(ModelFile.Last)).Epochs);
    }

    [Fact]
    public void Train_FolderOfAnotherTraining_IsRefusedUntilThatEnds()
    {
        using (new RunFolder(Run, TinyRun.Settings, from: null))
        {
            var error = Assert.Throws<IOException>(() => Train(1));
            Assert.Contains(Run, error.Message);
            Assert.Contains("another training", error.Message);
        }

        Assert.Equal(1, Train(1).Epochs);
    }

    [Fact]
    public void Train_LastModelCannotBeWrittenForAWhile_WarnsAndGoesOn()
    {
        var reports = new TinyRun.Reports(progress =>
        {
            if (progress is TrainingEpoch { Epoch: 1 })
                Block(ModelFile.Last);
            else if (progress is TrainingEpoch { Epoch: 2 })
                Directory.Delete(At(ModelFile.Last), recursive: true);
        });

        Train(3, reports);

        Assert.Contains(At(ModelFile.Last), Assert.Single(reports.Warnings));
        Assert.Equal(3, ModelFile.Describe(At(ModelFile.Last)).Epochs);
    }

    [Fact]
    public void Train_FinalModelCannotBeWritten_ThrowsAndCanBeResumed()
    {
        var reports = new TinyRun.Reports(progress =>
        {
            if (progress is TrainingEpoch { Epoch: 2 })
                Block(ModelFile.Last);
        });

        var error = Assert.Throws<IOException>(() => Train(3, reports));
        Directory.Delete(At(ModelFile.Last), recursive: true);
        var result = Train(3, resume: true);

        Assert.Contains(At(ModelFile.Last), error.Message);
        Assert.Equal(3, result.Epochs);
        Assert.Equal(3, ModelFile.Describe(At(ModelFile.Last)).Epochs);
        Assert.Equal(3, File.ReadLines(At("metrics.jsonl")).Count());
    }

    [Fact]
    public void SaveBest_CannotBeWritten_IsWrittenLaterAsItWas()
    {
        var alive = TensorCount.Alive;
        using (var folder = new RunFolder(Run, TinyRun.Settings, from: null))
        using (var weight = TensorValues.Create([1, 2, 3], 3))
        {
            Block(ModelFile.Best);
            var description = new ModelDescription { Settings = TinyRun.Settings, Categories = _rectangles.Set.Categories };
            Assert.Throws<IOException>(() => folder.SaveBest([("weight", weight)], description));
            weight.Fill([9, 9, 9]);
            Assert.Throws<IOException>(folder.RetryPending);
            Directory.Delete(At(ModelFile.Best), recursive: true);

            folder.RetryPending();

            Assert.Equal([1f, 2, 3], TinyRun.Weights(At(ModelFile.Best))["weight"]);
        }

        Assert.Equal(alive, TensorCount.Alive);
    }

    [Fact]
    public void Append_CannotBeWritten_NoLineIsLost()
    {
        using var folder = new RunFolder(Run, TinyRun.Settings, from: null);
        var epoch = new TrainingEpoch(1, 2, .5, .25, null, false, TimeSpan.Zero);
        folder.Append(epoch);
        File.Delete(At("metrics.jsonl"));
        Block("metrics.jsonl");
        Assert.Throws<IOException>(() => folder.Append(epoch with { Epoch = 2 }));
        Directory.Delete(At("metrics.jsonl"), recursive: true);

        folder.RetryPending();

        Assert.Equal(2, File.ReadLines(At("metrics.jsonl")).Count());
    }

    [Fact]
    public void Train_FolderIsAFile_Throws()
    {
        File.WriteAllText(Run, "");

        Assert.Throws<IOException>(() => Train(1));
    }

    private TrainingResult Train(int epochs, TinyRun.Reports? reports = null, bool resume = false) => new Trainer(
        TinyRun.With(training => training with { Epochs = epochs }), _rectangles.Set, null, TinyRun.Options(Run, reports) with { Resume = resume, CheckpointEvery = TimeSpan.Zero }).Train(reports);

    private string At(string name) => Path.Combine(Run, name);

    private void Block(string name)
    {
        File.Delete(At(name));
        Directory.CreateDirectory(Path.Combine(At(name), "in the way"));
    }
}
