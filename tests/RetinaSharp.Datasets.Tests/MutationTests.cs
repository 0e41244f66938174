using System.Text;

namespace RetinaSharp.Datasets.Tests;

/// <summary>Fuzzes valid files by changing, removing or duplicating bytes: each must either be read or cause a DatasetException.</summary>
public sealed class MutationTests : IDisposable
{
    private const int Rounds = 400;

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
        Assert.InRange(read, 1, Rounds);
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

    // Small mutations are often harmless, but must cause some rejections.
    private void Try(string good, string name, Action<string> read) => Assert.InRange(CountRejected(good, name, read), 1, Rounds - 1);

    private int CountRejected(string good, string name, Action<string> read)
    {
        var random = new Random(9);
        var bytes = Encoding.UTF8.GetBytes(good);
        var rejected = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var mutated = Mutate(bytes, random);
            var path = _folder.Write(name, mutated);
            try
            {
                read(path);
            }
            catch (DatasetException error)
            {
                Assert.NotEmpty(error.Reason);
                rejected++;
            }
            catch (Exception error)
            {
                Assert.Fail($"round {round}: {error}\n{Encoding.UTF8.GetString(mutated)}");
            }
        }

        return rejected;
    }

    private static byte[] Mutate(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var count = 1 + random.Next(3); count > 0; count--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 12), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = (byte)"{}[]\",:<>&*!0-eE./#\n"[random.Next(20)];
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 4:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), length));
                    break;
                default:
                    var other = random.Next(bytes.Count);
                    (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
                    break;
            }

            if (bytes.Count == 0)
                bytes.Add(0);
        }

        return [.. bytes];
    }
}
