namespace RetinaSharp.Cli.Tests;

/// <summary>
/// The inputs that users of detection tools report as faults, with what they expect. Paths that begin with <c>@/</c> are in the folder of the case;
/// <c>OUT</c> is an empty folder, <c>MODEL</c> the model of the synthetic scenes.
/// </summary>
[Trait("Category", "Slow")]
public sealed class ReportedCaseTests : IDisposable
{
    private const string Train = " --preset tiny --epochs 1 --out OUT/run";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedDataTheory]
    [InlineData("01-voc-xml-beside-images", "data info @/train", 0, "images  3, 0|boxes   3, 0|cup     1      3")]
    [InlineData("02-voc-lower-case-folders", "data info @/set", 0, "images  3, 0|boxes   3, 0|fox     1      3")]
    [InlineData("04-roboflow-coco", "data info @/export#train", 0, "images  4, 0|boxes   4, 0|hen")]
    [InlineData("04-roboflow-coco", "data info @/export#valid", 0, "images  2, 0|hen")]
    [InlineData("05-roboflow-yolo-dotdot", "data info @/export/data.yaml#train", 0, "images  4, 0|boxes   4, 0|hen")]
    [InlineData("06-yaml-names-dict-path-dot", "data info @/ds/data.yaml#train", 0, "images  3, 0|boxes   3, 0|dog")]
    [InlineData("07-yaml-path-of-another-machine", "data info @/ds/data.yaml#train", 0, "images  3, 0")]
    [InlineData("08-yolo-polygons", "data info @/ds/data.yaml#train", 0, "images  2, 0|boxes   3, 0|labels are polygons: using their bounding boxes")]
    [InlineData("09-yolo-obb", "data info @/ds/data.yaml#train", 0, "images  2, 0|boxes   2, 0")]
    [InlineData("11-yolo-pixels-not-normalised", "data info @/ds/data.yaml#train", 3, "000.txt: line 1|not in [0, 1]")]
    [InlineData("12-yolo-sixth-column", "data info @/ds/data.yaml#train", 3, "000.txt: line 1|6 values|score")]
    [InlineData("13-yolo-crlf-bom-blank-lines", "data info @/ds/data.yaml#train", 0, "images  2, 0|boxes   2, 0")]
    [InlineData("15-coco-float-ids", "data info @/a.json --images @/images", 0, "images  3, 0|boxes   3, 0")]
    [InlineData("16-coco-string-ids", "score --truth @/a.json --detections @/r.json", 0, "AP      1.000")]
    [InlineData("18-coco-no-area-iscrowd-id", "score --truth @/a.json --detections @/r.json", 0, "AP      1.000|APm     1.000|no area|no iscrowd")]
    [InlineData("19-coco-duplicate-annotation-ids", "data info @/a.json --images @/images", 0, "images  3, 0|boxes   3, 0|duplicate id")]
    [InlineData("21-coco-subfolders-and-backslashes", "train --train @/a.json --images @/images" + Train, 0, "3 images, 3 boxes|Done after 1 epochs")]
    [InlineData("23-coco-absolute-path-of-another-machine", "train --train @/a.json --images @/images" + Train, 0, "3 images, 3 boxes|found by the end of their paths|Done after 1 epochs")]
    [InlineData("26-coco-nan", "data info @/a.json --images @/images", 3, "annotations[1]|NaN")]
    [InlineData("27-coco-no-categories", "data info @/a.json --images @/images", 3, "\"categories\"")]
    [InlineData("29-coco-segmentation-only", "data info @/a.json --images @/images", 0, "boxes   3, 0|bounding boxes of their segmentations")]
    [InlineData("30-coco-crowd-rle", "score --truth @/a.json --detections @/r.json", 0, "AP      1.000")]
    [InlineData("31-coco-empty-results", "score --truth @/a.json --detections @/r.json", 0, "AP      0.000|AR1     0.000")]
    [InlineData("32-coco-empty-split", "data info @/a.json", 0, "images  0, 0")]
    [InlineData("32-coco-empty-split", "train --train @/t.json --images @/images --val @/a.json" + Train, 3, "the validation set has no images")]
    [InlineData("35-coco-exif-orientation", "train --train @/a.json --images @/images" + Train, 0, "Done after 1 epochs")]
    [InlineData("36-coco-exif-raw-sizes", "train --train @/a.json --images @/images" + Train, 3, "EXIF orientation 6|001.jpg")]
    [InlineData("36-coco-exif-raw-sizes", "data info @/a.json --images @/images", 0, "EXIF orientation 6|001.jpg")]
    [InlineData("37-coco-zero-and-negative-boxes", "train --train @/a.json --images @/images" + Train, 0, "has no area|the first of 3 degenerate boxes|Done after 1 epochs")]
    [InlineData("38-coco-unicode-and-spaces", "train --train @/labels%20ä.json --images @/my%20images%20#1" + Train, 0, "Done after 1 epochs")]
    [InlineData("39-voc-xmin-over-xmax", "data info @/v", 0, "images  3,|p0.xml: line 5|p2.xml: line 5")]
    [InlineData("40-voc-tag-order-floats-crlf-bom", "data info @/v", 0, "images  3, 0|boxes   3, 0|fox")]
    [InlineData("41-voc-nested-part-objects", "data info @/v", 0, "boxes   1, 0|person")]
    [InlineData("44-voc-png-named-jpg", "train --train @/v" + Train, 0, "Done after 1 epochs")]
    [InlineData("46-voc-xml-without-objects-and-other-xml", "data info @/v", 0, "images  3, 1 without boxes")]
    [InlineData("47-one-truncated-jpeg", "data info @/v", 0, "p2.jpg: is truncated|1 of 4 images cannot be used")]
    [InlineData("47-one-truncated-jpeg", "train --train @/v" + Train, 3, "p2.jpg: is truncated|--skip-bad-images")]
    [InlineData("47-one-truncated-jpeg", "train --train @/v --skip-bad-images" + Train, 0, "p2.jpg: is truncated|1 images were skipped|Done after 1 epochs")]
    [InlineData("49-image-kinds", "train --train @/a.json --images @/images" + Train, 0, "Done after 1 epochs")]
    [InlineData("50-nested-same-basenames", "data info @/ds/data.yaml#train", 0, "images  4, 0|boxes   4, 0")]
    [InlineData("52-symlinks-and-hash-in-path", "data info @/set%20#2", 0, "images  1, 0|boxes   1, 0")]
    [InlineData("53-yolo-folder-without-names", "data info @/ds", 0, "images  2, 0|boxes   2, 0|named by their numbers")]
    [InlineData("54-yolo-orphan-labels-and-classes-txt-inside", "data info @/ds", 0, "images  2, 0|boxes   2, 0|gone.txt: there is no image|car")]
    [InlineData("55-yaml-list-of-folders", "data info @/ds/data.yaml#train", 0, "images  2, 0|boxes   2, 0")]
    [InlineData("57-labelme-folder", "data info @/set", 0, "images  2, 0|boxes   2, 0|cup")]
    [InlineData("58-cvat-xml", "data info @/annotations.xml --images @/images", 0, "images  2, 1 without boxes|boxes   1, 0|cup")]
    [InlineData("60-label-studio-json", "data info @/export.json --images @/images", 0, "images  1, 0|boxes   1, 0|cup")]
    [InlineData("62-score-unknown-category", "score --truth @/a.json --detections @/r.json", 0, "AP      1.000|3 detections are of category 7")]
    [InlineData("64-score-bad-items", "score --truth @/a.json --detections @/r.json", 3, "detections[0]: has no score")]
    [InlineData("65-many-tiny-boxes", "data info @/a.json --images @/images --preset tiny", 0, "400 of 400 boxes are smaller than a pixel|--size|--tile")]
    [InlineData("65-many-tiny-boxes", "train --train @/a.json --images @/images" + Train, 0, "400 of 400 boxes are smaller than a pixel")]
    [InlineData("66-loss-diverges", "train --train @/a.json --images @/images --preset tiny --epochs 30 --lr 1e6 --warm-up 0 --clip 0 --out OUT/run", 1, "not finite at step|--lr")]
    [InlineData("69-val-knows-fewer-classes", "train --train @/v#train --val @/v#val" + Train, 0, "Done after 1 epochs")]
    [InlineData("71-coco-no-iscrowd", "train --train @/a.json --images @/images" + Train, 0, "no iscrowd: using 0|Done after 1 epochs")]
    [InlineData("72-coco-no-area", "score --truth @/a.json --detections @/r.json", 0, "AP      1.000|APm     1.000|no area: using that of the box")]
    [InlineData("74-coco-no-sizes", "train --train @/a.json --images @/images" + Train, 0, "Done after 1 epochs")]
    [InlineData("77-detect-places", "detect MODEL @/deep", 3, "subfolders are not searched")]
    [InlineData("77-detect-places", "detect MODEL @/zero.jpg", 3, "zero.jpg: is empty")]
    [InlineData("77-detect-places", "detect MODEL @/none.jpg", 3, "none.jpg: there is no such file")]
    [InlineData("78-images-only-folder", "data info @/photos", 3, "has 3 images, but no labels|COCO|YOLO")]
    [InlineData("79-score-more-than-100-and-nan-score", "score --truth @/a.json --detections @/r.json", 3, "detections[0]|NaN")]
    [InlineData("80-val-in-other-class-order", "train --train @/t.json --images @/images --val @/v.json" + Train, 0, "does not have these classes: fish|Done after 1 epochs")]
    [InlineData("82-typo-in-option-and-split", "train --train @/a.json --imgs @/images --preset tiny --out OUT/x", 2, "--imgs|--images")]
    [InlineData("82-typo-in-option-and-split", "train --train @/a.json --preset nano --out OUT/x", 2, "nano|tiny")]
    [InlineData("82-typo-in-option-and-split", "trian", 2, "trian|train")]
    [InlineData("82-typo-in-option-and-split", "data info @/a.json#val", 3, "has no split \"val\"")]
    [InlineData("82-typo-in-option-and-split", "data info @/nosuch", 3, "nosuch: the file or folder does not exist")]
    [InlineData("83-train-and-val-images-in-two-folders", "train --train @/labels/one.json --val @/labels/two.json --images @/pics-a --val-images @/pics-b" + Train, 0, "Done after 1 epochs")]
    public void Case_Command_PrintsWhatUsersExpect(string name, string command, int exitCode, string words)
    {
        Copy(SharedData.At("data", "cases", name), _folder.At("case"));
        if (name.StartsWith("52", StringComparison.Ordinal))
            RestoreLink(_folder.At("case", "set #2", "images", "0.jpg"));
        var model = Path.Combine(Repository.Root, "models", "scenes.safetensors");
        string[] args =
        [
            .. command.Split(' ').Select(word => word.Replace("%20", " ", StringComparison.Ordinal).Replace("@/", _folder.At("case") + "/", StringComparison.Ordinal)
                .Replace("OUT/", _folder.Root + "/", StringComparison.Ordinal).Replace("MODEL", model, StringComparison.Ordinal)),
        ];

        var result = CommandResult.Retina(args);

        var text = result.Out + result.Error;
        Assert.True(exitCode == result.Code, $"exit code {result.Code}\n{text}");
        Assert.All(words.Split('|'), word => Assert.Contains(word, text));
        Assert.DoesNotContain("   at ", text);
        Assert.DoesNotContain("a fault of the program", text);
        if (exitCode == 0)
            Assert.DoesNotContain("error:", result.Error);
    }

    [SharedDataFact]
    public void Case68_UsedFolder_IsRefused()
    {
        Copy(SharedData.At("data", "cases", "68-train-into-a-used-folder"), _folder.At("case"));
        string[] train = ["train", "--train", _folder.At("case", "a.json"), "--images", _folder.At("case", "images"), "--preset", "tiny", "--out", _folder.At("run"), "--epochs", "1"];
        CommandResult.Retina(train).IsDone();
        var weights = File.ReadAllBytes(_folder.At("run", "last.safetensors"));

        CommandResult.Retina(train).IsRefused(ExitCode.WrongUsage, "holds a run", "--resume");

        Assert.Equal(weights, File.ReadAllBytes(_folder.At("run", "last.safetensors")));
    }

    [Fact]
    public void Train_SkipBadImages_ReportNamesThem()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 6);
        File.WriteAllText(_folder.At("data", "02.png"), "no image");

        CommandResult.Retina("train", "--train", data, "--out", _folder.At("run"), "--preset", "tiny", "--size", "64", "--epochs", "1", "--batch", "4", "--skip-bad-images").IsDone();

        var report = File.ReadAllText(_folder.At("run", "report.html"));
        Assert.Contains("Skipped images", report);
        Assert.Contains("02.png", report);
    }

    [SharedDataFact]
    public void Case80_EvalWithUnknownClass_NamesIt()
    {
        Copy(SharedData.At("data", "cases", "80-val-in-other-class-order"), _folder.At("case"));
        CommandResult.Retina("train", "--train", _folder.At("case", "t.json"), "--images", _folder.At("case", "images"), "--preset", "tiny", "--out", _folder.At("run"), "--epochs", "1").IsDone();

        var evaluated = CommandResult.Retina("eval", _folder.At("run"), _folder.At("case", "v.json"), "--images", _folder.At("case", "images")).IsDone();

        Assert.Contains("the model does not know fish", evaluated.Error);
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, File.ReadAllBytes(file));
        }

        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
    }

    // A copy of the shared folder may have the text of a symbolic link in place of the link.
    private static void RestoreLink(string path)
    {
        var target = File.ReadAllText(path);
        if (!target.StartsWith("../", StringComparison.Ordinal))
            return;
        File.Delete(path);
        File.CreateSymbolicLink(path, target);
    }
}
