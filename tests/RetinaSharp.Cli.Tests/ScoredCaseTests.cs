using System.Globalization;

namespace RetinaSharp.Cli.Tests;

/// <summary>
/// More inputs of the kinds that users report of <c>retina score</c>. The ground truth is a cat at (10, 10) in image 1 and a dog at (20, 20) in image 2, both of
/// 40 x 40 pixels.
/// </summary>
public sealed class ScoredCaseTests : IDisposable
{
    private const string Images = """{"id": 1, "file_name": "a.png", "width": 100, "height": 100}, {"id": 2, "file_name": "sub/b.png", "width": 100, "height": 100}""";

    private const string Objects = """
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 40], "area": 1600, "iscrowd": 0}, {"id": 2, "image_id": 2, "category_id": 2, "bbox": [20, 20, 40, 40], "area": 1600, "iscrowd": 0}
        """;

    private const string Cat = """{"image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 40], "score": 0.9}""";
    private const string Dog = """{"image_id": 2, "category_id": 2, "bbox": [20, 20, 40, 40], "score": 0.8}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\"1\"", "1", 0, "AP      1.000")]
    [InlineData("\"a.png\"", "1", 0, "AP      1.000")]
    [InlineData("\"a\"", "1", 0, "AP      1.000")]
    [InlineData("1.0", "1", 0, "AP      1.000")]
    [InlineData("1", "\"cat\"", 0, "AP      1.000")]
    [InlineData("1", "\"1\"", 0, "AP      1.000")]
    [InlineData("\"c.png\"", "1", 3, "detections[0]|c.png|neither an integer nor an id")]
    [InlineData("1.5", "1", 3, "detections[0]|image_id 1.5 is not an integer")]
    [InlineData("null", "1", 3, "detections[0]|image_id is null")]
    public void Score_IdsOfDetections_AreMatchedOrNamed(string image, string category, int exitCode, string words) =>
        Score($"[{Cat.Replace("\"image_id\": 1", $"\"image_id\": {image}").Replace("\"category_id\": 1", $"\"category_id\": {category}")}, {Dog}]", exitCode, words);

    [Theory]
    [InlineData("\"image 7\"", "\"image 8\"")]
    [InlineData("\"007\"", "\"008\"")]
    [InlineData("\"a.png\"", "\"sub/b.png\"")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("-1", "0")]
    public void Score_UnusualImageIds_AreKeysOnly(string first, string second)
    {
        Score($"[{Of(Cat)}, {Of(Dog)}]", 0, "AP      1.000", Images.Replace("\"id\": 1", $"\"id\": {first}").Replace("\"id\": 2", $"\"id\": {second}"), Of(Objects));

        string Of(string json) => json.Replace("\"image_id\": 1", $"\"image_id\": {first}").Replace("\"image_id\": 2", $"\"image_id\": {second}");
    }

    [Theory]
    [InlineData("\"area\": 1600, ", "", "no area: using that of the box")]
    [InlineData(", \"iscrowd\": 0", "", "no iscrowd: using 0")]
    [InlineData("\"id\": 1, ", "", "AP      1.000")]
    [InlineData("\"iscrowd\": 0", "\"iscrowd\": false", "AP      1.000")]
    [InlineData("\"iscrowd\": 0", "\"iscrowd\": 0, \"attributes\": {\"occluded\": [1, {\"x\": null}]}, \"score\": 0.5", "AP      1.000")]
    [InlineData("\"category_id\": 1", "\"category_id\": \"1\"", "AP      1.000")]
    [InlineData("\"bbox\": [10, 10, 40, 40]", "\"segmentation\": [[10, 10, 50, 10, 50, 50, 10, 50]]", "bounding boxes of their segmentations")]
    public void Score_LooseGroundTruth_IsReadAndSaidOnce(string property, string replacement, string words) =>
        Score($"[{Cat}, {Dog}]", 0, $"AP      1.000|{words}", objects: Objects.Replace(property, replacement));

    [Theory]
    [InlineData("\"area\": 1600", "\"area\": null", "annotations[0]|area is null")]
    [InlineData("\"bbox\": [10, 10, 40, 40], ", "", "annotations[0]: has no bbox")]
    [InlineData("\"image_id\": 1", "\"image_id\": 9", "annotations[0]|image_id 9 is not among the images")]
    [InlineData("\"category_id\": 1", "\"category_id\": 9", "annotations[0]|category_id 9 is not among the categories")]
    [InlineData("\"bbox\": [10, 10, 40, 40]", "\"bbox\": [10, 10, NaN, 40]", "annotations[0]|NaN")]
    public void Score_BadGroundTruth_IsNamed(string property, string replacement, string words) => Score($"[{Cat}, {Dog}]", 3, words, objects: Objects.Replace(property, replacement));

    /// <summary>A crowd ignores detections that it contains; it is neither found nor missed.</summary>
    [Theory]
    [InlineData("\"segmentation\": {\"size\": [100, 100], \"counts\": [6060, 40, 60, 40, 3800]}")]
    [InlineData("\"segmentation\": {\"size\": [100, 100], \"counts\": \"\"}")]
    [InlineData("\"segmentation\": [[60, 60, 100, 60, 100, 100]]")]
    [InlineData("\"segmentation\": []")]
    [InlineData("\"segmentation\": null")]
    [InlineData("\"ignore\": 1")]
    public void Score_DetectionInACrowd_IsIgnored(string property)
    {
        var crowd = $$"""{"id": 3, "image_id": 1, "category_id": 1, "bbox": [60, 60, 40, 40], "area": 1600, "iscrowd": 1, {{property}}}""";
        // Without the crowd, this detection with the highest score halves the precision of the cats.
        var inside = Cat.Replace("[10, 10, 40, 40]", "[70, 70, 10, 10]").Replace("0.9", "0.95");
        Score($"[{Cat}, {Dog}, {inside}]", 0, "AP      1.000", objects: $"{Objects}, {crowd}");
        Score($"[{Cat}, {Dog}, {inside}]", 0, "AP      0.750");
    }

    [Theory]
    [InlineData("[]", 0, "AP      0.000|AR100   0.000")]
    [InlineData(" [ \r\n ] \n", 0, "AP      0.000")]
    [InlineData("\uFEFF[]", 0, "AP      0.000")]
    [InlineData("{\"annotations\": []}", 0, "AP      0.000")]
    [InlineData("{\"images\": [], \"annotations\": []}", 0, "AP      0.000")]
    [InlineData("", 3, "dt.json: the file is empty")]
    [InlineData("{}", 3, "dt.json: is not a results file")]
    [InlineData("null", 3, "dt.json: is not a results file")]
    public void Score_NoDetections_IsZeroOrNamed(string detections, int exitCode, string words) => Score(detections, exitCode, words);

    [Theory]
    [InlineData("7")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("91")]
    [InlineData("9007199254740993")]
    public void Score_UnknownCategory_IsScoredWithoutItAndNamed(string category) =>
        Score($"[{Cat}, {Dog}, {Cat.Replace("\"category_id\": 1", $"\"category_id\": {category}")}]", 0, $"AP      1.000|1 detections are of category {category}|off by one");

    [Theory]
    [InlineData(", \"score\": 0.8", "", "detections[1]: has no score")]
    [InlineData("\"bbox\": [20, 20, 40, 40], ", "", "detections[1]: has no bbox")]
    [InlineData("[20, 20, 40, 40]", "[20, 20, 40]", "detections[1]|bbox has 3 numbers")]
    [InlineData("[20, 20, 40, 40]", "[[20, 20], [60, 60]]", "detections[1]|bbox[0] is a list")]
    [InlineData("0.8", "\"0.8\"", "detections[1]|score is \"0.8\"")]
    [InlineData("0.8", "NaN", "detections[1]|NaN")]
    [InlineData("0.8", "-Infinity", "detections[1]|NaN and Infinity")]
    [InlineData("0.8", "1e999", "detections[1]|score is 1e999")]
    [InlineData("[20, 20, 40, 40]", "[20, NaN, 40, 40]", "detections[1]|NaN")]
    [InlineData("\"image_id\": 2", "\"image_id\": 3", "3")]
    [InlineData(Dog, "5", "detections[1]: is not an object")]
    [InlineData(Dog, "{\"image_id\": 2", "detections[1]|is the file complete?")]
    public void Score_BadDetection_IsNamed(string property, string replacement, string words) => Score($"[{Cat}, {Dog.Replace(property, replacement)}]", 3, words);

    /// <summary>Of each image, the 100 detections of a class with the highest scores count.</summary>
    [Theory]
    [InlineData(99, 0.01, "AP      1.000")]
    [InlineData(100, 0.01, "AP      0.500")]
    [InlineData(150, 0.01, "AP      0.500")]
    [InlineData(150, 0.99, "AP      1.000")]
    [InlineData(1000, 57.5, "AP      1.000")]
    public void Score_ManyDetections_CountTo100(int others, double score, string words)
    {
        // The others are in a crowd, which ignores them: only their number matters.
        var cat = Cat.Replace("0.9", score.ToString(CultureInfo.InvariantCulture));
        var ignored = Enumerable.Repeat("""{"image_id": 1, "category_id": 1, "bbox": [80, 80, 5, 5], "score": 0.5}""", others);
        var crowd = """{"id": 3, "image_id": 1, "category_id": 1, "bbox": [80, 80, 5, 5], "area": 25, "iscrowd": 1}""";
        Score($"[{string.Join(',', ignored)}, {cat}, {Dog}]", 0, words, objects: $"{Objects}, {crowd}");
    }

    private void Score(string detections, int exitCode, string words, string images = Images, string objects = Objects)
    {
        var truth = $$"""{"images": [{{images}}], "annotations": [{{objects}}], "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]}""";

        var result = CommandResult.Retina("score", "--truth", _folder.Write("gt.json", truth), "--detections", _folder.Write("dt.json", detections));

        var text = result.Out + result.Error;
        Assert.True(exitCode == result.Code, $"exit code {result.Code}\n{text}");
        Assert.All(words.Split('|'), word => Assert.Contains(word, text));
        Assert.DoesNotContain("a fault of the program", text);
    }
}
