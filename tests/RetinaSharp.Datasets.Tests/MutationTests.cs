using System.Text;
using RetinaSharp.Datasets.Files;
using RetinaSharp.Datasets.Formats;

namespace RetinaSharp.Datasets.Tests;

/// <summary>Fuzzes valid files by changing, removing or duplicating bytes: each must either be read or cause a DatasetException.</summary>
public sealed class MutationTests : IDisposable
{
    private const string Coco = """
        {"images": [{"id": 7, "file_name": "a.jpg", "width": 100, "height": 80}], "info": {"x": [1, {"y": null}]},
         "annotations": [{"id": 5, "image_id": 7, "category_id": 3, "bbox": [1.25, 2, 30.1, 40], "area": 99.5, "iscrowd": 1},
          {"id": 4, "image_id": 7, "category_id": 1, "bbox": [0, 0, 10, 10], "segmentation": [[1, 2, 3, 4, 5, 6]]}],
         "categories": [{"id": 3, "name": "dög"}, {"id": 1, "name": "cat"}]}
        """;

    private const string Results = """[{"image_id": 7, "category_id": 3, "bbox": [1.25, 2, 30.1, 40], "score": 0.5}, {"image_id": 7, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 1e-3}]""";

    private const string Voc = """
        <?xml version="1.0" encoding="utf-8"?>
        <annotation><filename>a.jpg</filename><size><width>100</width><height>80</height><depth>3</depth></size>
          <object><name>cät</name><difficult>1</difficult><bndbox><xmin>11</xmin><ymin>11.5</ymin><xmax>60</xmax><ymax>50</ymax></bndbox></object>
          <object><name><![CDATA[dog]]></name><bndbox><xmin>90</xmin><ymin>20</ymin><xmax>20</xmax><ymax>80</ymax></bndbox></object>
        </annotation>
        """;

    private const string Yaml = """
        # a set
        path: .
        train: images
        val: [images, 'images']
        names: {0: cat, 1: "dog", 2: &a bïrd}
        download: {a: [1, {b: c}], d: *a, e: |
          text
          }
        """;

    private const string LabelMe = """
        {"version": "5.2.1", "flags": {}, "shapes": [{"label": "cät", "points": [[1, 2.5], [40, 30]], "shape_type": "rectangle", "flags": {"difficult": true}},
          {"label": "dog", "points": [[1, 2], [40, 30], [5, 60]], "shape_type": "polygon"}, {"label": "dog", "points": [[50, 40], [53, 44]], "shape_type": "circle"}],
         "imagePath": "..\\images\\a.jpg", "imageData": "iVBORw0K", "imageHeight": 80, "imageWidth": 100}
        """;

    private const string Cvat = """
        <?xml version="1.0" encoding="utf-8"?>
        <annotations><version>1.1</version><meta><task><labels><label><name>cät</name></label></labels></task></meta>
          <image id="0" name="a.jpg" subset="train" width="100" height="80"><box label="cät" xtl="1.5" ytl="2" xbr="40" ybr="30" rotation="30"/>
          <polygon label="dog" points="1,2;40,30;5,60"/><ellipse label="dog" cx="50" cy="40" rx="9" ry="8"/><mask label="x" left="1" top="2" width="9" height="9"/></image>
        </annotations>
        """;

    private const string LabelStudio = """
        [{"id": 1, "annotations": [{"was_cancelled": false, "result": [{"id": "r", "type": "rectanglelabels", "original_width": 100, "original_height": 80, "value":
           {"x": 25, "y": 25, "width": 37.5, "height": 41.67, "rotation": 5, "rectanglelabels": ["cät"]}},
          {"type": "polygonlabels", "value": {"points": [[1, 2], [40, 30], [5, 60]], "polygonlabels": ["dog"]}},
          {"type": "brushlabels", "original_width": 4, "original_height": 3, "value": {"rle": [0, 0, 0, 48, 59, 221, 220, 72, 2, 15, 254, 38, 0], "brushlabels": ["x"]}}]}],
          "data": {"image": "/data/upload/1/0a1b-a.jpg"}}]
        """;

    private const string Via = """
        {"_via_settings": {"core": {}}, "_via_img_metadata": {"a.jpg12": {"filename": "a.jpg", "size": 12, "regions": [
          {"shape_attributes": {"name": "rect", "x": 1, "y": 2.5, "width": 30, "height": 40}, "region_attributes": {"class": "cät"}},
          {"shape_attributes": {"name": "polygon", "all_points_x": [1, 40, 5], "all_points_y": [2, 30, 60]}, "region_attributes": {"class": {"dog": true, "x": false}}}],
          "file_attributes": {}}}, "_via_attributes": {}}
        """;

    private const string Via3 = """
        {"project": {"pid": "x"}, "config": {"ui": {}}, "attribute": {"1": {"aname": "class", "options": {"0": "cät"}}}, "file": {"1": {"fid": 1, "fname": "a.jpg", "type": 2}},
         "metadata": {"m1": {"vid": "1", "z": [], "xy": [2, 1, 2.5, 3, 4], "av": {"1": "0"}}, "m2": {"vid": "1", "xy": [7, 5, 6, 20, 10, 8, 30], "av": {"1": "0"}}},
         "view": {"1": {"fid_list": [1]}}}
        """;

    private const string ViaCsv = """
        filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes
        a.jpg,12,"{}",2,0,"{""name"":""rect"",""x"":1,""y"":2.5,""width"":30,""height"":40}","{""class"":""cät""}"
        a.jpg,12,"{}",2,1,"{""name"":""circle"",""cx"":50,""cy"":40,""r"":9}","{""class"":""dog""}"
        """;

    private const string CreateMl = """
        [{"image": "a.jpg", "annotations": [{"label": "cät", "coordinates": {"x": 50, "y": 40.5, "width": 30, "height": 20}},
          {"label": "dog", "coordinates": {"x": 5, "y": 4, "width": 3, "height": 2}}]}]
        """;

    private const string OpenImages = """
        ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf
        a,xclick,/m/01g317,1,0.25,0.75,0.1,0.5,0,0,0
        a,xclick,"/m/0k4j",1,0,1,0,1,0,0,1
        """;

    private const string Kitti = """
        Car 0.00 0 -1.57 40.00 30.50 99.00 79.00 1.65 1.67 3.64 -0.65 1.71 46.70 -1.59
        DontCare -1 -1 -10 5 6 59 19 -1 -1 -1 -1000 -1000 -1000 -10
        """;

    private readonly TemporaryFolder _folder = new();

    public MutationTests() => _folder.WriteImage("images/a.jpg");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_MutatedCoco_IsReadOrRejected() => Try(Coco, "set.json", path => DetectionDataset.Open(path, new() { ImagesDirectory = _folder.At("images") }));

    [Fact]
    public void Check_MutatedCoco_NeverThrows()
    {
        var read = 0;
        Assert.Equal(0, CountRejected(Coco, "set.json", path => read += Math.Min(1, DetectionDataset.Check(path).Count)));
        Assert.InRange(read, 1, Mutations.Rounds);
    }

    [Fact]
    public void Read_MutatedCocoThroughASmallBuffer_GivesTheSame()
    {
        Assert.InRange(CountRejected(Coco, "set.json", path =>
        {
            var whole = ReadThrough(path, 1 << 16);
            Assert.Equal(whole, ReadThrough(path, 64));
            if (whole[^1].StartsWith("thrown", StringComparison.Ordinal))
                throw new DatasetException(path, "", whole[^1]);
        }), 1, Mutations.Rounds - 1);

        static List<string> ReadThrough(string path, int bufferLength)
        {
            var log = new ProblemLog(collectsErrors: true);
            var read = new List<string>();
            try
            {
                using var json = new CocoJson(JsonStream.Open(path, bufferLength), log);
                var parser = CocoParser.Parse(json, new());
                parser.ReadAnnotations(annotation => read.Add($"{annotation with { Offset = 0 }} {json.Locate(annotation.Offset)}"));
                read.AddRange(parser.Images.Select(image => $"{image}"));
                read.AddRange(parser.Categories.Select(category => $"{category}"));
            }
            catch (DatasetException error)
            {
                read.Add($"thrown {error.Message}");
            }

            return [.. log.Problems.Select(problem => $"{problem}"), .. read];
        }
    }

    [Fact]
    public void Read_MutatedResults_IsReadOrRejected() => Try(Results, "dt.json", path => DetectionResults.Read(path));

    [Fact]
    public void Open_MutatedVoc_IsReadOrRejected()
    {
        _folder.WriteImage("JPEGImages/a.jpg");
        Try(Voc, "Annotations/a.xml", _ => DetectionDataset.Open(_folder.Root));
    }

    [Fact]
    public void Open_MutatedYaml_IsReadOrRejected() => Try(Yaml, "data.yaml", path => DetectionDataset.Open(path));

    [Fact]
    public void Open_MutatedLabels_IsReadOrRejected() =>
        Try("0 0.5 0.5 0.5 0.25\r\n2 1.000001 0.25 1e-1 0.1 \n1 0.1 0.2 0.5 0.3 0.3 0.9\n", "labels/a.txt", _ => DetectionDataset.Open(_folder.Root));

    [Fact]
    public void Open_MutatedLabelMe_IsReadOrRejected() => Try(LabelMe, "json/a.json", path => DetectionDataset.Open(path));

    [Fact]
    public void Open_MutatedCvat_IsReadOrRejected() => Try(Cvat, "set.xml", path => DetectionDataset.Open(path));

    [Fact]
    public void Open_MutatedLabelStudio_IsReadOrRejected() => Try(LabelStudio, "set.json", path => DetectionDataset.Open(path));

    [Fact]
    public void Open_MutatedVia_IsReadOrRejected() => Try(Via, "set.json", path => DetectionDataset.Open(path));

    [Fact]
    public void Open_MutatedVia3_IsReadOrRejected() => Try(Via3, "set.json", path => DetectionDataset.Open(path));

    [Fact]
    public void Open_MutatedViaCsv_IsReadOrRejected() => Try(ViaCsv, "set.csv", path => DetectionDataset.Open(path));

    [Fact]
    public void Open_MutatedCreateMl_IsReadOrRejected() => Try(CreateMl, "set.json", path => DetectionDataset.Open(path));

    [Fact]
    public void Open_MutatedCsvWithHeader_IsReadOrRejected() =>
        Try("filename,width,height,class,xmin,ymin,xmax,ymax\r\na.jpg,100,80,cät,1,2.5,30,40\r\n\"a.jpg\",100,80,\"d\"\"og\",5,6,50,60\r\n", "set.csv", path => DetectionDataset.Open(path));

    [Fact]
    public void Open_MutatedCsv_IsReadOrRejected() => Try("a.jpg,1,2.5,30,40,cät\na.jpg,5,6,50,60,dog\na.jpg,,,,,\n", "set.csv", path => DetectionDataset.Open(path));

    [Fact]
    public void Open_MutatedOpenImages_IsReadOrRejected() => Try(OpenImages, "set.csv", path => DetectionDataset.Open(path));

    [Fact]
    public void Open_MutatedKitti_IsReadOrRejected() => Try(Kitti, "labels/a.txt", _ => DetectionDataset.Open(_folder.Root));

    [Theory]
    [InlineData(LabelMe, "a.json")]
    [InlineData(Cvat, "set.xml")]
    [InlineData(LabelStudio, "set.json")]
    [InlineData(Via, "set.json")]
    [InlineData(Via3, "set.json")]
    [InlineData(ViaCsv, "set.csv")]
    [InlineData(CreateMl, "set.json")]
    [InlineData(OpenImages, "set.csv")]
    [InlineData(Kitti, "a.txt")]
    public void Check_MutatedFile_NeverThrows(string good, string name) => Assert.Equal(0, CountRejected(good, name, path => DetectionDataset.Check(path)));

    // Small mutations are often harmless, but must cause some rejections.
    private void Try(string good, string name, Action<string> read) => Assert.InRange(CountRejected(good, name, read), 1, Mutations.Rounds - 1);

    private int CountRejected(string good, string name, Action<string> read) => Mutations.CountRejected(Encoding.UTF8.GetBytes(good), bytes => read(_folder.Write(name, bytes)));
}
