using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Tests;

public sealed class DataSplitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Target => _folder.At("target");

    [Fact]
    public void Split_TenImages_WritesCocoWithTheFractions()
    {
        var ran = CommandResult.Retina("data", "split", ColoredRectangles.Write(_folder.At("data"), images: 10), "--out", Target, "--val", ".2", "--test", ".1").IsDone();

        Assert.Equal([("train", 7), ("val", 2), ("test", 1)], DetectionDataset.OpenSplits(Target).Select(split => (split.Name, split.Dataset.Images.Count)));
        Assert.Equal(["instances_test.json", "instances_train.json", "instances_val.json"], Directory.GetFiles(Path.Combine(Target, "annotations")).Select(Path.GetFileName).Order());
        Assert.Matches(@"(?m)^red +7 +2 +1 *$", ran.Out);
        Assert.Contains($"Next: retina train --train '{Target}#train' --val '{Target}#val' --out RUN", ran.Error);
    }

    [Fact]
    public void Split_Seed_DecidesTheSplit()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 12);

        Assert.Equal(Val("a", "3"), Val("b", "3"));
        Assert.NotEqual(Val("c", "3"), Val("d", "4"));

        string Val(string name, string seed)
        {
            CommandResult.Retina("data", "split", data, "--out", _folder.At(name), "--seed", seed, "--json").IsDone();
            return string.Join(' ', DetectionDataset.Open($"{_folder.At(name)}#val").Images.Select(image => image.Id));
        }
    }

    [Fact]
    public void Split_Group_KeepsItsImagesTogether()
    {
        CommandResult.Retina("data", "split", ColoredRectangles.Write(_folder.At("data"), images: 20), "--out", Target, "--val", ".5", "--group", "^([01])", "--to", "yolo").IsDone();

        Assert.All(DetectionDataset.OpenSplits(Target), split => Assert.Single(split.Dataset.Images.Select(image => image.FileName[0]).Distinct()));
    }

    [Fact]
    public void Split_GroupThatMatchesNothing_ExitsWith2() =>
        CommandResult.Retina("data", "split", ColoredRectangles.Write(_folder.At("data"), images: 3), "--out", Target, "--group", "patient").IsRefused(ExitCode.WrongUsage, "patient", "matches no file name");

    [Fact]
    public void Split_Folds_AreDatasetsWithLinkedImages()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 6);

        var json = CommandResult.Retina("data", "split", data, "--out", Target, "--folds", "3", "--json").IsDone().Json;

        var folds = json.GetProperty("folds").EnumerateArray().Select(fold => fold.GetProperty("out").GetString()!).ToArray();
        Assert.Equal([Path.Combine(Target, "fold1"), Path.Combine(Target, "fold2"), Path.Combine(Target, "fold3")], folds);
        Assert.Equal(DetectionDataset.Open(data).Images.Select(image => image.Id), folds.SelectMany(fold => DetectionDataset.Open($"{fold}#val").Images).Select(image => image.Id).Order());
        Assert.All(folds, fold => Assert.Equal(4, DetectionDataset.Open($"{fold}#train").Images.Count));
    }

    [Fact]
    public void Split_MoreFoldsThanImages_ExitsWith2AndWritesNothing()
    {
        CommandResult.Retina("data", "split", ColoredRectangles.Write(_folder.At("data"), images: 2), "--out", Target, "--folds", "3").IsRefused(ExitCode.WrongUsage, "too few");

        Assert.False(Directory.Exists(Target));
    }
}
