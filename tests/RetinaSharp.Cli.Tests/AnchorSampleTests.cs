namespace RetinaSharp.Cli.Tests;

public class AnchorSampleTests
{
    [Fact]
    public void Train_MoreThanAThousandImages_CountsTheAnchorsOfASample()
    {
        using var folder = new TemporaryFolder();
        const int Images = 1001;
        for (var i = 0; i < Images; i++)
            File.WriteAllBytes(folder.At($"{i}.png"), []);
        var images = string.Join(", ", Enumerable.Range(0, Images).Select(i => $$"""{"id": {{i + 1}}, "file_name": "{{i}}.png", "width": 64, "height": 64}"""));
        var boxes = string.Join(", ", Enumerable.Range(0, Images).Select(i => $$"""{"id": {{i + 1}}, "image_id": {{i + 1}}, "category_id": 1, "bbox": [8, 8, 32, 32]}"""));
        var data = folder.Write("set.json", $$"""{"images": [{{images}}], "categories": [{"id": 1, "name": "one"}], "annotations": [{{boxes}}]}""");

        var training = CommandResult.Retina("train", "--train", data, "--out", folder.At("run"), "--preset", "tiny", "--size", "64x64", "--batch", "4");
        var info = CommandResult.Retina("data", "info", data, "--preset", "tiny", "--json").IsDone().Json;

        Assert.Contains("anchors of 1000 sampled images: ", training.Error);
        Assert.Contains(" of 1000 boxes match none", training.Error);
        Assert.Equal(Images, info.GetProperty("anchors").GetProperty("boxes").GetInt32());
        // The images are empty files.
        Assert.Equal(ExitCode.BadData, training.Code);
    }

    [Fact]
    public void DataInfo_Cancelled_ExitsWith130()
    {
        using var folder = new TemporaryFolder();
        var data = ColoredRectangles.Write(folder.At("data"), images: 2);

        CommandResult.Retina(new CancellationToken(canceled: true), "data", "info", data).IsRefused(ExitCode.Cancelled);
    }
}
