from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('disclosure', '0005_supervision'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicReceipt',
            fields=[
                ('receipt_no', models.CharField(max_length=30, primary_key=True, serialize=False, verbose_name='编号')),
                ('kind', models.CharField(max_length=12, verbose_name='种类')),
                ('department_name', models.CharField(max_length=100, verbose_name='出具部门')),
                ('matter_name', models.CharField(max_length=100, verbose_name='事项')),
                ('issued_at', models.DateTimeField(verbose_name='出具时间')),
                ('digest_start', models.CharField(max_length=8, verbose_name='摘要前 8 位')),
                ('verdict', models.CharField(choices=[('clear', '没有应当采取的措施'), ('sanctioned', '有应当采取的惩戒措施'), ('resting', '有措施，核查期间暂不执行'), ('encouraged', '可以给予激励'), ('unknown', '平台没有该主体的信息')], max_length=10, verbose_name='结论')),
            ],
            options={
                'verbose_name': '可核对的回执',
                'verbose_name_plural': '可核对的回执',
                'db_table': 'public_receipt',
                'managed': False,
                'default_permissions': (),
            },
        ),
    ]
