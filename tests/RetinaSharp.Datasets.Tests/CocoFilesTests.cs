namespace RetinaSharp.Datasets.Tests;

/// <summary>COCO files made by other tools.</summary>
public class CocoFilesTests
{
    [SharedDataTheory]
    [InlineData("instances_train2017.json", 32, 288)]
    [InlineData("instances_val2017.json", 6, 136)]
    public void Open_TinyCoco_FindsImagesAndBoxes(string file, int images, int boxes)
    {
        var set = DetectionDataset.Open(SharedData.At("data", "tiny-coco", "annotations", file));
        Assert.Equal((images, boxes, 80), (set.Images.Count, set.Images.Sum(image => image.Annotations.Count), set.Categories.Count));
        Assert.Equal((90, "toothbrush"), (set.Categories[79].Id, set.Categories[79].Name));
        Assert.All(set.Images, image => Assert.True(File.Exists(image.Path)));
        Assert.Empty(DetectionDataset.Check(SharedData.At("data", "tiny-coco", "annotations", file)));
    }

    [SharedDataTheory]
    [InlineData("cocoapi_val2014_100/instances_val2014_100.json", 100, 839)]
    [InlineData("padilla_coco100/sampled_gts_bbox_area.json", 100, 830)]
    [InlineData("padilla_voc100/instances_v2.json", 100, 273)]
    [InlineData("fce_small/gt_dataset.json", 3, 9)]
    [InlineData("large/gt_5000.json", 5000, 40377)]
    public void Open_EvaluatorGroundTruth_KeepsEveryBox(string file, int images, int boxes)
    {
        var options = new DatasetOptions { RequireImages = false, KeepDegenerate = true };
        var set = DetectionDataset.Open(SharedData.At("data", "coco-eval", file), options);
        Assert.Equal((images, boxes), (set.Images.Count, set.Images.Sum(image => image.Annotations.Count)));
    }

    [SharedDataFact]
    public void Open_SharedBadFiles_ThrowsWithReason()
    {
        var options = new DatasetOptions { RequireImages = false };
        Assert.Equal(2299, DetectionDataset.Open(SharedData.At("data", "coco-eval", "fce_small", "gt_ignore_test.json"), options).Images[0].Id);
        var pointer = Assert.Throws<DatasetException>(() => DetectionDataset.Open(SharedData.At("data", "bad-input", "lfs-pointer.json"), options));
        Assert.Contains("git lfs pull", pointer.Reason);
    }
}
