namespace RetinaSharp.Cli.Tests.BadInput;

[Collection(SharedModel.Name)]
public sealed class DataRankTests(TrainedModel model) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rank_Folder_OrdersImagesWithReasons()
    {
        var json = CommandResult.Retina("data", "rank", model.Run, model.Images, "--json").IsDone().Json;

        Assert.Equal(12, json.GetProperty("candidates").GetInt32());
        var images = json.GetProperty("images").EnumerateArray().ToArray();
        Assert.Equal(Enumerable.Range(1, 12), images.Select(image => image.GetProperty("rank").GetInt32()));
        Assert.Equal(12, images.Select(image => image.GetProperty("file").GetString()).Distinct().Count());
        Assert.All(images, image => Assert.True(image.GetProperty("reasons").GetArrayLength() > 0));
        Assert.Equal(images.Select(image => image.GetProperty("score").GetDouble()).OrderDescending(), images.Select(image => image.GetProperty("score").GetDouble()));
    }

    [Fact]
    public void Rank_Files_AreCsvOrAListOfPaths()
    {
        var csv = CommandResult.Retina("data", "rank", model.Run, model.Images, "--count", "3", "--out", _folder.At("rank.csv")).IsDone();
        CommandResult.Retina("data", "rank", model.Run, model.Images, "--count", "3", "--out", _folder.At("rank.txt")).IsDone();

        var lines = File.ReadAllLines(_folder.At("rank.csv"));
        Assert.Equal(4, lines.Length);
        Assert.Equal("rank,score,uncertainty,novelty,file,reasons", lines[0]);
        Assert.StartsWith("1,", lines[1]);
        var paths = File.ReadAllLines(_folder.At("rank.txt"));
        Assert.All(paths, path => Assert.True(File.Exists(path)));
        Assert.Equal(3, paths.Length);
        Assert.StartsWith("rank\tscore\tfile\twhy", csv.Out);
    }

    [Fact]
    public void Rank_CorruptImage_IsReportedAndSkipped()
    {
        File.Copy(Path.Combine(model.Images, "00.png"), _folder.At("good.png"));
        _folder.Write("bad.png", "no image");

        var ran = CommandResult.Retina("data", "rank", model.Run, _folder.Root, "--json");

        Assert.Equal(ExitCode.BadData, ran.Code);
        Assert.Contains("bad.png", ran.Error);
        Assert.Equal(1, ran.Json.GetProperty("candidates").GetInt32());
    }
}
