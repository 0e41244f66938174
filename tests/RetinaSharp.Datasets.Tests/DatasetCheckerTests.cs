using RetinaSharp.Datasets.Checking;

namespace RetinaSharp.Datasets.Tests;

public sealed class DatasetCheckerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Check_CleanDataset_FindsNothing()
    {
        var data = Write(images: 12);

        var result = DatasetChecker.Check(data);

        Assert.Empty(result.Problems);
        Assert.Equal((12, 0, 0), (result.Datasets[0].Images.Count, result.Errors, result.Warnings));
    }

    /// <summary>Each fault is planted alone into a clean dataset, and is the only thing that is found.</summary>
    [Theory]
    [InlineData("missing file", true, "not found")]
    [InlineData("no image", true, "is not a JPEG, PNG, WebP, BMP or TIFF image")]
    [InlineData("truncated", true, "truncated")]
    [InlineData("git lfs", true, "is a Git LFS pointer")]
    [InlineData("size", true, "but annotated as")]
    [InlineData("exif", true, "EXIF orientation 6")]
    [InlineData("no area", false, "has no area")]
    [InlineData("outside", false, "is outside of the image")]
    [InlineData("over the border", false, "extends beyond the image")]
    [InlineData("equal boxes", false, "two equal boxes")]
    [InlineData("near-duplicate", false, "are they one object?")]
    [InlineData("corners", true, "they seem to be corners")]
    [InlineData("fractions", true, "fractions of its size")]
    [InlineData("annotation id", false, "duplicate id")]
    [InlineData("image id", true, "duplicate image id")]
    [InlineData("unknown image", true, "is not among the images")]
    [InlineData("unknown category", true, "is not among the categories")]
    [InlineData("class without objects", false, "no objects of class \"zebra\"")]
    [InlineData("rare class", false, "fewer than 10 objects of \"zebra\" (1)")]
    [InlineData("similar names", false, "differ only in case or spaces")]
    [InlineData("same file", false, "is the same file as")]
    [InlineData("extension", false, "in spite of its extension")]
    [InlineData("thin box", false, "is an edge wrong?")]
    public void Check_PlantedFault_IsTheOnlyProblem(string fault, bool isError, string reason)
    {
        var data = Write(images: 12, fault);

        var result = DatasetChecker.Check(data);

        Assert.NotEmpty(result.Problems);
        Assert.Contains(reason, result.Problems[0].Reason);
        Assert.All(result.Problems, problem => Assert.True(problem.Reason.Contains(reason) || (fault == "corners" && problem.Reason.Contains("extends beyond")), problem.Reason));
        Assert.Equal(isError, result.Errors > 0);
        Assert.All(result.Problems, problem => Assert.True(Path.Exists(problem.File) || fault == "missing file", problem.File));
    }

    [Fact]
    public void Check_Splits_AreComparedByClassAndContent()
    {
        Write(images: 12, name: "annotations/instances_train.json", images0: "train");
        Write(images: 12, fault: "class of its own", name: "annotations/instances_val.json", images0: "val");
        File.Copy(_folder.At("train", "3.jpg"), _folder.At("val", "3.jpg"), overwrite: true);

        var result = DatasetChecker.Check(_folder.Root);

        Assert.Equal(2, result.Datasets.Count);
        Assert.Contains(result.Problems, problem => problem.Reason.Contains("objects of \"zebra\" are not in") && problem.Reason.Contains("cannot be learned"));
        Assert.Contains(result.Problems, problem => problem.File.EndsWith(Path.Combine("val", "3.jpg"), StringComparison.Ordinal) && problem.Reason.Contains("was trained on")
            && problem.Reason.Contains($"one is in {_folder.Root}#train, the other in {_folder.Root}#val"));
    }

    [Fact]
    public void Check_SimilarHashes_AreReportedOnceForEachImage()
    {
        var data = Write(images: 12);
        var options = new DatasetCheckOptions
        {
            DecodesAll = true,
            Decode = image => new(null, int.Parse(Path.GetFileNameWithoutExtension(image.Path)) switch
            {
                2 => 0xFFFF_0000_1234_5678,
                5 => 0xFFFF_0000_1234_567A,
                7 => 0x0F0F_0F0F_0F0F_0F0F,
                9 => 0xFFFF_0000_1234_567B,
                _ => null,
            }),
        };

        var problems = DatasetChecker.Check(data, options).Problems;

        Assert.Equal([_folder.At("5.jpg"), _folder.At("9.jpg")], problems.Select(problem => problem.File));
        Assert.All(problems, problem => Assert.Contains("looks like " + _folder.At("2.jpg"), problem.Reason));
    }

    [Fact]
    public void Check_SimilarToACopy_FindsTheLeak()
    {
        Write(images: 12, name: "annotations/instances_train.json", images0: "train");
        Write(images: 12, name: "annotations/instances_val.json", images0: "val");
        var hashes = new Dictionary<string, ulong> { [_folder.At("train", "1.jpg")] = 0, [_folder.At("train", "2.jpg")] = 0b111, [_folder.At("val", "2.jpg")] = 0b111000, [_folder.At("val", "3.jpg")] = 0b111111 };
        var options = new DatasetCheckOptions { DecodesAll = true, Decode = image => new(null, hashes.TryGetValue(image.Path, out var hash) ? hash : null) };

        var problems = DatasetChecker.Check(_folder.Root, options).Problems;

        // The last one looks like an image of each split, and not like the first image.
        Assert.Collection(problems,
            problem => Assert.Contains($"looks like {_folder.At("train", "1.jpg")}: it counts twice", problem.Reason),
            problem => Assert.Contains($"looks like {_folder.At("train", "1.jpg")}: one is in", problem.Reason),
            problem => Assert.Contains($"looks like {_folder.At("train", "2.jpg")}: one is in", problem.Reason));
        Assert.Equal([_folder.At("train", "2.jpg"), _folder.At("val", "2.jpg"), _folder.At("val", "3.jpg")], problems.Select(problem => problem.File));
    }

    [Fact]
    public void Check_CopyOfASimilarImage_IsReportedOnce()
    {
        var data = Write(images: 12, fault: "same file");
        var options = new DatasetCheckOptions { DecodesAll = true, Decode = image => new(null, Path.GetFileName(image.Path) is "1.jpg" or "3.jpg" or "4.jpg" ? 0xFFFF_0000_1234_5678 : null) };

        var problems = DatasetChecker.Check(data, options).Problems;

        Assert.Equal([_folder.At("3.jpg"), _folder.At("4.jpg")], problems.Select(problem => problem.File).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Check_Decode_FindsDamageInTheMiddle()
    {
        var data = Write(images: 12);
        var options = new DatasetCheckOptions { DecodesAll = true, Decode = path => path.Path.EndsWith("4.jpg", StringComparison.Ordinal) ? new("its pixels are corrupt", null) : default };

        var problem = Assert.Single(DatasetChecker.Check(data, options).Problems);

        Assert.Equal((_folder.At("4.jpg"), "its pixels are corrupt", ProblemSeverity.Error), (problem.File, problem.Reason, problem.Severity));
    }

    [Fact]
    public void Check_NoDataset_IsAnError()
    {
        _folder.WriteImage("a.jpg");

        var result = DatasetChecker.Check(_folder.Root);

        Assert.Empty(result.Datasets);
        Assert.Contains("has 1 images, but no labels", Assert.Single(result.Problems).Reason);
    }

    /// <summary>Writes a COCO dataset with one box of class horse in each image, and a fault.</summary>
    private string Write(int images, string fault = "", string name = "set.json", string images0 = "")
    {
        var entries = new List<string>();
        var annotations = new List<string>();
        var categories = new List<string> { """{"id": 1, "name": "horse"}""" };
        for (var i = 0; i < images; i++)
        {
            var file = Path.Combine(images0, $"{i}.jpg");
            _folder.Write(file, [.. ImageBytes.Jpeg(100, 80, fault == "exif" && i == 4 ? 6 : null), .. BitConverter.GetBytes((name, i).GetHashCode()), 0xFF, 0xD9]);
            entries.Add($$"""{"id": {{i}}, "file_name": "{{i}}.jpg", "width": 100, "height": 80}""");
            annotations.Add(Box(i, i, "10, 10, 40, 30"));
        }

        switch (fault)
        {
            case "missing file":
                File.Delete(_folder.At("4.jpg"));
                break;
            case "no image":
                _folder.Write("4.jpg", "no image");
                break;
            case "truncated":
                _folder.Write("4.jpg", ImageBytes.Jpeg(100, 80, null));
                break;
            case "git lfs":
                foreach (var i in (int[])[3, 4])
                    _folder.Write($"{i}.jpg", $"version https://git-lfs.github.com/spec/v1\noid sha256:{i}\nsize 123456\n");
                break;
            case "size":
                entries[4] = """{"id": 4, "file_name": "4.jpg", "width": 200, "height": 80}""";
                break;
            case "no area":
                annotations.Add(Box(50, 4, "10, 10, 0, 30"));
                break;
            case "outside":
                annotations.Add(Box(50, 4, "200, 10, 10, 30"));
                break;
            case "over the border":
                annotations.Add(Box(50, 4, "70, 60, 31, 20"));
                break;
            case "equal boxes":
                annotations.Add(Box(50, 4, "10, 10, 40, 30"));
                break;
            case "near-duplicate":
                annotations.Add(Box(50, 4, "10, 10, 40.4, 30"));
                break;
            case "corners":
                annotations = [.. Enumerable.Range(0, images).Select(i => Box(i, i, "60, 30, 90, 70"))];
                break;
            case "fractions":
                annotations = [.. Enumerable.Range(0, images).Select(i => Box(i, i, "0.2, 0.3, 0.4, 0.5"))];
                break;
            case "annotation id":
                annotations.Add(Box(4, 4, "60, 50, 20, 20"));
                break;
            case "image id":
                entries.Add(entries[4]);
                break;
            case "unknown image":
                annotations.Add(Box(50, 99, "60, 50, 20, 20"));
                break;
            case "unknown category":
                annotations.Add(Box(50, 4, "60, 50, 20, 20", category: 9));
                break;
            case "class without objects":
                categories.Add("""{"id": 2, "name": "zebra"}""");
                break;
            case "rare class":
                categories.Add("""{"id": 2, "name": "zebra"}""");
                annotations.Add(Box(50, 4, "60, 50, 20, 20", category: 2));
                break;
            case "class of its own":
                categories.Add("""{"id": 2, "name": "zebra"}""");
                annotations.AddRange(Enumerable.Range(0, 12).Select(i => Box(50 + i, i, "60, 50, 20, 20", category: 2)));
                break;
            case "similar names":
                categories.Add("""{"id": 2, "name": "Horse "}""");
                annotations.AddRange(Enumerable.Range(0, 12).Select(i => Box(50 + i, i, "60, 50, 20, 20", category: 2)));
                break;
            case "same file":
                File.Copy(_folder.At("3.jpg"), _folder.At("4.jpg"), overwrite: true);
                break;
            case "extension":
                File.Move(_folder.At("4.jpg"), _folder.At("4.png"));
                entries[4] = entries[4].Replace("4.jpg", "4.png", StringComparison.Ordinal);
                break;
            case "thin box":
                annotations.Add(Box(50, 4, "5, 60, 90, 1"));
                break;
        }

        return _folder.Write(name, $$"""{"images": [{{string.Join(", ", entries)}}], "annotations": [{{string.Join(", ", annotations)}}], "categories": [{{string.Join(", ", categories)}}]}""");
    }

    private static string Box(int id, int image, string box, int category = 1) =>
        $$"""{"id": {{id}}, "image_id": {{image}}, "category_id": {{category}}, "bbox": [{{box}}], "area": 1200, "iscrowd": 0}""";
}
