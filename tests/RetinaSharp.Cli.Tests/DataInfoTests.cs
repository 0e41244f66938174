namespace RetinaSharp.Cli.Tests;

public sealed class DataInfoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Info_CocoFile_CountsImagesBoxesAndAnchors()
    {
        var json = CommandResult.Retina("data", "info", ColoredRectangles.Write(_folder.Root, images: 3), "--json").IsDone().Json;

        Assert.Equal(3, json.GetProperty("images").GetInt32());
        Assert.Equal(6, json.GetProperty("boxes").GetInt32());
        Assert.Equal(0, json.GetProperty("problems").GetInt32());
        Assert.Equal(22, json.GetProperty("box_width").GetProperty("median").GetDouble());
        Assert.Equal(
            [("red", 3, 3), ("blue", 7, 3)],
            json.GetProperty("classes").EnumerateArray().Select(one =>
                (one.GetProperty("category").GetString()!, one.GetProperty("category_id").GetInt32(), one.GetProperty("boxes").GetInt32())));
        var anchors = json.GetProperty("anchors");
        Assert.Equal(("small", 6), (anchors.GetProperty("preset").GetString(), anchors.GetProperty("boxes").GetInt32()));
        Assert.True(anchors.GetProperty("background").GetInt64() > anchors.GetProperty("foreground").GetInt64());
    }

    [Fact]
    public void Info_OtherPreset_HasOtherAnchors()
    {
        var data = ColoredRectangles.Write(_folder.Root, images: 1);

        Assert.NotEqual(
            CommandResult.Retina("data", "info", data, "--json").IsDone().Json.GetProperty("anchors").GetProperty("background").GetInt64(),
            CommandResult.Retina("data", "info", data, "--preset", "r50", "--json").IsDone().Json.GetProperty("anchors").GetProperty("background").GetInt64());
    }

    [Fact]
    public void Info_Tile_CountsAnchorsOfSlices()
    {
        var data = LargeImage.Write(_folder.Root);

        Assert.Contains("match no anchor", CommandResult.Retina("data", "info", data, "--preset", "tiny").IsDone().Error);
        Assert.DoesNotContain("match no anchor", CommandResult.Retina("data", "info", data, "--preset", "tiny", "--tile", "64").IsDone().Error);
    }

    [Fact]
    public void Info_VocFolderWithABadBox_WarnsAndSummarizesTheRest()
    {
        _folder.Write("Annotations/a.xml", """
            <annotation><filename>a.jpg</filename><size><width>200</width><height>100</height><depth>3</depth></size>
              <object><name>cat</name><bndbox><xmin>11</xmin><ymin>11</ymin><xmax>60</xmax><ymax>50</ymax></bndbox></object>
              <object><name>dog</name><bndbox><xmin>90</xmin><ymin>20</ymin><xmax>20</xmax><ymax>80</ymax></bndbox></object>
            </annotation>
            """);

        var ran = CommandResult.Retina("data", "info", _folder.Root).IsDone();

        Assert.Contains("warning: ", ran.Error);
        Assert.Contains("a.xml", ran.Error);
        Assert.Contains("200 x 100 (1)", ran.Out);
        Assert.Matches(@"(?m)^cat +\d+ +1 +1 *$", ran.Out);
    }

    [Fact]
    public void Info_ManyProblems_WarnsOfTenAndCountsTheRest()
    {
        var data = ColoredRectangles.Write(_folder.Root, images: 12);
        File.WriteAllText(data, File.ReadAllText(data).Replace("20,16]", "0,0]"));

        var ran = CommandResult.Retina("data", "info", data, "--json").IsDone();

        Assert.Equal(12, ran.Json.GetProperty("problems").GetInt32());
        Assert.Equal(11, ran.Error.Split("warning: ").Length - 1);
        Assert.Contains("and 2 more", ran.Error);
    }

    [Fact]
    public void Info_DatasetWithoutBoxes_HasNoBoxSizes()
    {
        var data = _folder.Write("empty.json", """{"images": [{"id": 1, "file_name": "a.png", "width": 9, "height": 9}], "annotations": [], "categories": [{"id": 1, "name": "cat"}]}""");

        Assert.Equal("null", CommandResult.Retina("data", "info", data, "--json").IsDone().Json.GetProperty("box_area").GetProperty("median").GetRawText());
        CommandResult.Retina("data", "info", data).IsDone();
    }
}
