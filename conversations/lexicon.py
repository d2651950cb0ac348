"""The words that people use, by what they say: things and their faults, people, times, wishes. Data only.

Each class lists Chinese words, in the speech of several regions, and English ones. An English word stands for its forms (leak,
leaks, leaking); words that belong together are joined by `_`. What a class means for a conversation stands in `topics.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

HAN: Mapping[str, str] = {
    # --- what is at home and around it, and what ails it
    "thing": (
        "健身 扭腰器 单杠 双杠 广告栏 宣传栏 闭门器 晾衣绳 排气扇 淋浴房 软管 角阀 三角阀 弯头 水嘴 喷淋 消防门 防火门 卷帘门 车库门 地库 车棚 门槛 门框 门板 窗把手 地漏盖 排水沟 雨篷 雨棚 遮阳棚 楼板 踢脚线 壁纸 墙纸 衣柜 鞋柜 马桶盖 马桶圈 水箱盖 电饭煲 烤箱 热水壶 音响 座椅 石凳 木栈道 牌子 指示牌 单车棚 快递架 照明 顶灯 镜前灯 台阶灯 壁灯 射灯 灯带 灯座 灯罩 变压器 漏电保护 漏保 空气开关 电动门 感应门 旋转门 扶梯 电话 猫眼 门吸 水塔 二次供水 电瓶车充电 水管 管子 管道 水龙头 龙头 水喉 阀门 水阀 总阀 水表 水箱 水槽 水池 洗手池 洗手盆 洗菜盆 台盆 面盆 脸盆 浴缸 花洒 淋浴 喷头 马桶 抽水马桶 坐便 便池 蹲坑 厕所 卫生间 洗手间 茅厕 茅房 浴室 厨房 灶屋 阳台 客厅 卧室 "
        "下水 下水道 下水管 地漏 阴沟 化粪池 污水 排水 雨水管 落水管 天沟 自来水 热水 热水器 太阳能 壁挂炉 锅炉 暖气 暖气片 地暖 地热 供暖 空调 冷气 冰箱 雪柜 洗衣机 油烟机 抽油烟机 排风扇 换气扇 排气扇 浴霸 电视 电视机 "
        "微波炉 电饭锅 电磁炉 消毒柜 净水器 饮水机 风扇 吊扇 电扇 灶 灶台 煤气灶 燃气灶 天然气灶 炉头 燃气表 煤气表 气表 灶头 灯 电灯 灯泡 灯管 灯泡子 吊灯 台灯 路灯 楼道灯 声控灯 感应灯 应急灯 "
        "电线 线路 插座 插头 插排 开关 电闸 空开 闸刀 保险丝 电表 电表箱 电箱 配电箱 电路 电 水压 电梯 升降机 轿厢 门 大门 门锁 锁 锁芯 钥匙 门把手 把手 合页 铰链 防盗门 单元门 铁门 玻璃门 推拉门 门禁 门禁卡 门卡 门铃 对讲 对讲机 可视 猫眼 "
        "窗 窗户 窗子 玻璃 纱窗 窗框 窗帘 天窗 飘窗 墙 墙皮 墙面 墙壁 瓷砖 地砖 地板 砖 天花板 吊顶 顶棚 房顶 屋顶 楼顶 天台 房檐 屋檐 外墙 柜门 柜子 橱柜 抽屉 床 桌子 椅子 晾衣架 晾衣杆 衣架 家具 扶手 栏杆 护栏 楼梯 台阶 "
        "坡道 路面 地面 井盖 窨井盖 下水井 路砖 地砖 砖头 围墙 道闸 抬杆 栅栏 滑梯 秋千 健身器材 器材 长椅 凳子 凉亭 信箱 奶箱 快递柜 充电桩 监控 摄像头 消防栓 灭火器 垃圾桶 宽带 网络 网线 网口 无线 路由器 光猫 信号 电话线 座机 按钮 "
        "机顶盒 水泵 泵房 天线 管井 顶上 房子 家里的东西 东西 屋里 屋顶子 家电 设备 设施 水 网 停水 没水 断水 停电 没电 断电 停气 没气 断网 没网 没信号 没热水 没暖气 没得水 没得电"
    ),
    "fault": (
        "往上泛 泛上来 咕噜 滴滴响 老响 一直响 总响 乱叫 叫个不停 是啥毛病 咋回事 漏个不停 嗡 卡顿 拉不上 灭掉 不正常 水不大 没压力 没水压 水压小 不出热水 时好时坏 时有时无 忽冷忽热 一会儿 断断续续的 翻盖 起火花 发烫 烫手 霉味 受潮 喷水 呲水 射水 飙水 滋水 冒水 出水小 嘀嗒 吧嗒 洞 缝 缺口 裂缝 裂开 掉下 掉下来 掉了半边 散掉 坏脱 坏掉 损坏 烧焦 糊味 焦味 冒烟味 断开 断裂 折了 弯了 脱胶 掉砖 空鼓 起皮 长毛 长霉 发霉 生虫 白蚁 渗出来 渗透 返潮 反潮 返碱 滴水 漏雨 漏电 麻手 电人 打人电 带电 卡顿 抖动 抖 哐哐 嘎吱 咔咔 轰隆 响声 乱响 没动静 不动了 没反映 失去信号 雪花 灯不 开裂 凹 陷 下沉 塌陷 坑 积水 倒灌 冻 结冰 打滑 绊人 绊脚 翘起 翘起来 坏 漏 堵 渗 滴 洇 裂 碎 断 烂 破 锈 霉 塌 歪 翘 鼓包 起泡 脱落 掉了 掉皮 掉下来 掉漆 掉渣 松了 松动 松脱 晃 卡住 卡死 卡在 卡了 卡壳 短路 跳闸 跳了 烧了 烧坏 烧断 憋了 熄火 熄了 灭了 黑了 黑着 黑灯 冒水 冒泡 冒火花 打火花 溢 "
        "反水 返水 返味 反味 积水 淹 泡了 泡酥 发潮 潮 发黄 发黑 变形 老化 生锈 失灵 不灵 罢工 报废 死机 毛病 故障 问题 异响 怪响 嗡嗡 咯吱 吱吱 吱嘎 哐当 响得 响个不停 噪音大 噪声大 一闪一闪 闪个 闪烁 忽明忽暗 忽亮 "
        "不亮 不转 不制冷 不制热 不冷 不热 不凉 不通 不响 不动 不走 不冲 不吸 不出 不来水 不来电 不上水 不下水 不灵光 不行 不好使 不好用 不管用 不能用 不工作 不启动 不通电 不点火 不着火 不给力 不排水 不显示 不灵敏 用不了 用不成 冇用 "
        "打不开 打不着 点不着 点不燃 打不燃 打不上火 开不开 开不了 关不 锁不 拧不 拉不 推不 按不 插不 冲不 抽不 下不去 上不去 合不 连不上 连唔到 上不了网 没水 没电 没气 没网 没信号 没反应 没声 没热水 没暖气 停水 停电 停气 断水 断电 断网 没得水 没得电 没亮 唔着 "
        "冰凉 冰冷 不严 漏风 灌风 往里灌 进水 进雨 走得慢 流得慢 水小 很慢 特别慢 缺了 少了 丢了 倒了 塞住 塞牢 塞咗 塞了 瘪了 散架 散了 罢工 坑坑洼洼 破洞 有洞 个洞 臭味 臭 味道大 滑丝 打滑 反锁 爆了 爆咯 炸裂 冻住 冻裂 冻爆 开裂 崩 "
        "开胶 翻车 花屏 黑屏 蓝屏 没画面 没图像 走不动 停了 停在 停着 停摆 坏咗 坏脱 瘫了 瘫痪 失效 接触不良 掉线 弱 跑水 标水 哗哗 淌 滴答 滴滴答答 流个不停 一直流 老流 关不住"
    ),
    "fix": "修 维修 修理 修下 检修 抢修 报修 疏通 通一下 通一通 通下水 换个 换一个 换把 换根 换块 更换 安装 装个 装一下 拆 补一下 补一补 检查 瞅瞅 瞧瞧 弄一下 弄好 整一下 整好 整下 整整 搞一下 搞好 看一看 看看 看下 看一下 瞄一眼 瞄一下 拾掇 捯饬 鼓捣 加固 保养 清洗 调试 处理",
    "fixer": "修灯 修门 修水管 修马桶 修电梯 修空调 修锁 修暖气 修网 装门 疏通 师傅 师父 修理工 维修工 维修 水电工 电工 水工 管道工 木工 瓦工 工人 技工 维修人员 锁匠 开锁的 修水管的 修灯的 修电梯的 修马桶的 修门的 修空调的 通下水的 修东西的 修理的 工程部 检修的 抢修的 安装的 来修的 上门的",
    "come": "来人 来个人 过来 上门 派 安排 请人 请个 叫人 叫个 喊人 喊个 找人 找个 约人 约个 预约 来一趟 来趟 来看 来修 来弄 来整 来给 能来 来通 来换 来装 来查 来检查 来处理 来帮",
    # --- how a repair stands
    "filed": "你们说 说上午 说下午 说今天 说昨天 说明天 说这两天 那事儿 那件事 那个事 那档子事 报修的 报修那 申请的 登记的修 打过电话 打电话说过 说过的 讲过的 讲的 约了 约的 定的 预约的 报备 我报的 报的 报了 报过 报上去 报修单 报修 上次 上回 上趟 上礼拜 上周 上星期 前几天 前两天 前天 昨天 早上 之前 先前 那天 前头 我说的 反映的 反映过 提交的 交上去 工单 单子 单号 订单 预约了 约好 约的 说好 讲好 答应 登的 那个单 我那个 我的那个 修过的",
    "job": "报修 维修 修理 修的 工单 单子 单号 报修单 订单 师傅 上门 漏水 马桶 水管 电灯 路灯 空调 暖气 下水 门锁 电梯 修",
    "progress": "怎么样啦 怎样啦 咋样啦 怎么样 办得怎 还来 还过来 来不来了 过不过来 派给谁 谁接 谁负责 谁来 有没有结果 有结果 有消息 没消息 有动静 到底来 有没有人来 有人来 处理完 办好了没 办完没 弄得 修得 进行到 通过了没 审核 进度 进展 怎么样了 怎样了 咋样了 咋样 哪能了 啷个样 什么情况 啥情况 到哪了 到哪儿了 到哪一步 哪一步 消息 动静 下文 着落 结果 回音 回信 信儿 音信 处理没有 处理了没 处理了吗 处理得 处理到 解决没 解决了吗 安排了吗 安排没 安排上 派人了吗 派了没 派没派 派单 接单 受理 轮到 排到 第几 "
    "修好没 修好了吗 修好了没 弄好没 弄好了吗 弄好了没 搞好没 好了没 完了没 来没来 来了没 来不来 还来吗 还来不 在路上 出发 现在状态 状态 哪一天 后续 跟进 有人管 有人接 有数 有谱 办得 办到",
    "late": "没影子 没个影 还没影 人影子 鬼影子 没出现 没露面 没有露面 这都 都下午 都几点 都中午 都晚上 都天黑 都过了 过点 没人接单 还没修 还没弄 还没处理 还没动 还没好 还没解决 到现在 至今 没给我修 没修 没下文 没人联系 没接到电话 没打电话来 没过来 怎么还没 咋还没 咋还不 怎么还不 还没来 还没到 还不来 还没人 怎么没来 没来 没人来 没见人 没见着 没看到人 不见人 不见来 没影 影子都没 人影 迟迟 一直没 左等右等 等了 白等 等半天 等一天 等到 没动静 拖了 拖到 不来了 放鸽子 爽约 几天了 多久了 还没有来 没有人来",
    "when": "什么时候 什么时间 啥时候 啥时 啥辰光 几时 几点 多久 多会儿 何时 哪天 哪一天 几号 星期几 周几 礼拜几 多长时间 好久 几多时 几多点 还要等 要等",
    # --- one's file
    "register": "上个户 落个户 登记一下 入住登记 办入住 居住证 住户登记 注册 登记 实名 认证 建档 入户 上户 备案 备个案 开户 开通 挂号 入册 上册 报到 入系统 入你们 加入你们 加入这个 成为住户 成为居民 落户 登个记 录入",
    "newcomer": "刚搬 新搬 才搬 搬来 搬进 搬过来 新来 刚来 才来 新住户 新邻居 新业主 业主 租户 租客 租房 租了 租的 刚租 新租 刚买 买了房 买的房 刚入住 入住 刚住进 住进来 外地来",
    "already": "已经 以前 之前 早就 老早 原来 原先 从前 前年 去年 上个月 曾经 登过 登记过 注册过 办过 弄过 认证过 过了 老用户 老住户 老会员 有过 录过 填过 在你们这",
    "account": "账号 帐号 账户 户头 档案 登记 注册 登过 实名 认证 用户 住户",
    "device": "网页上 短信上 微信上 电话上 在网上 在微信 旧号 老手机 手机丢 丢了手机 卡丢了 换了卡 换卡 这边 换了手机 换手机 新手机 换了个手机 换了号 换号 新号 新号码 换了微信 另一个号 别的号 这个号 这个手机 老号 旧手机 原来的号 原来的微信 短信里 电话里 电报 网页",
    "connect": "用微信 用这个 还能用 怎么进 怎么登 怎么连 登进去 怎么用回 换到这 连上 接上 关联 对上 绑上 绑定 找回 登录 登陆 登不上 进不去 合并 合到 并到 认不出 认出 同步 转过来 恢复",
    "kept": "我的信息 个人情况 资料 信息 档案 登记 记录 数据 隐私 材料 内容 底子 底档",
    "part": "年份 出生年 岁数 民族 籍贯 户口 房产 户型 面积 家庭成员 人口 几口人 紧急联系人 手机号 手机 电话 号码 地址 住址 门牌 门牌号 房号 楼号 楼栋 单元号 名字 姓名 户主 身份证 身份证号 证件 生日 出生 性别 邮箱 邮件 微信 联系方式 联系人 年龄 住的地方",
    "mine": "我的 我 俺 咱 本人 自己 我家 我们家 我屋",
    "see": "对得上 查一查 翻一翻 念给我听 读给我听 告诉我 看得到 看看 看一下 看下 瞧瞧 瞅瞅 查 查查 核对 核实 确认 显示 调出 调一下 发给我 是什么 是啥 什么 哪些 哪个 几多 多少 对不对 对吗 对没 对不 有没有错 有误没 写的 填的 留的 填得 来着 记的 存的 存了 掌握 知道我",
    "change": "改 换 变 更新 更正 更换 修改 纠正 订正 变更 换成 改成 重新填 重填",
    "wrong": "少写 不用那个 不用那 换掉 不用了 改名 打少 写少 写多 填错 写错 登错 录错 记错 报错 弄错 搞错 有出入 不符 不一致 过期 错 不对 有误 写反 反了 弄混 打错 不准 不是这个 不是那个 停机 不用了 作废 注销了 丢了 不住那 搬家 搬到 搬去 搬了 换了 变了 改了 新的 少一位 少了一位 多一位",
    "delete": "清理掉 抹了 撤下来 撤掉 抹除 消掉 消除 取消掉 删 删除 删掉 删了 注销 清除 清了 清掉 清空 清理 抹掉 抹去 销毁 去掉 移除 销号 销户 退出 除名 别存 不要存 别留 不留 不要留 别保留",
    "all": "全部 所有 统统 一切 通通 都 彻底 东西",
    "leaving": "搬走 搬走了 不住了 不在这住 离开这 不用你们 不用这个 不想用 卖了房 退租 退房 去世 过世",
    "consent": "授权作废 隐私权 同意 授权 许可 隐私 协议 同意书 授权书 个人信息",
    "withdraw": "撤回 收回 撤销 撤掉 取消 反悔 后悔 不再 不想 不许 不准 不愿 不让 不给 不同意 不授权 停止 禁止 拒绝 别再 解除 终止 作废",
    "use": "用我 使用 用到 收集 保存 处理 采集 存着 拿去 泄露 外传 共享给 给别人",
    # --- displeasure, wishes, praise
    "anger": (
        "说了几次 说了好几次 说了多少次 说过好几次 讲了几次 讲了好多次 不听 不改 屡教不改 不搬 不挪 说不听 劝不听 理都不理 当没听见 没用 天天这样 老这样 每次都 又是这样 从来不 从不 老不 总不 没人打扫 不打扫 不扫 不清理 不清 没人倒 没人接 没人应 打不通 没人处理 没人理会 不闻不问 不当回事 不上心 应付 推脱 拖着不 装聋作哑 什么服务 啥服务 啥态度 什么人 脏兮兮 脏死 臭死 熏死 无法忍受 恶劣 蛮横 霸道 乱来 乱搞 太吵 太脏 太乱 烦人 添堵 不公平 凭什么 投诉 举报 告状 态度 差劲 太差 不作为 扰民 吵死 气死 气人 气炸 糊弄 敷衍 忽悠 不讲理 过分 没素质 缺德 乱收费 骗 推诿 推来推去 踢皮球 不负责 不负责任 无语 受不了 受够 忍不了 忍无可忍 差评 骂人 骂我 吼我 凶我 凶得 不耐烦 翻白眼 "
        "爱理不理 不理人 没人管 没人理 没得人管 没人清 没人扫 没人收 冇人理 不管事 不干事 不办事 光收钱 只收钱 光知道收钱 只知道收钱 就知道收 白交 冤枉钱 不满 不满意 失望 恼火 火大 恶心 说法 讨说法 黑心 坑人 坑钱 欺负 脸色 摆脸 甩脸 拖拖拉拉 磨洋工 不像话 不成话 岂有此理 什么玩意 歧视 白跑 冤"
    ),
    "nuisance": (
        "堆在 过道 通道 消防通道 楼梯间 纸箱 鞋柜 破烂 废品 旧家具 拉二胡 唱戏 吊嗓子 打孩子 哭闹 骚扰 空调外机 滴到 滴我 漏我家 洗衣机半夜 拖椅子 拖桌子 蹦迪 吼叫 吵架 打架声 摔门 砸东西 音乐 开派对 尿 随地大小便 吐痰 烟头 油烟味 异味 臭气 宠物 养狗 养鸽子 鸽子 鸡 野猫 野狗 晒被子 楼道里放 放鞋 鞋柜 电瓶车进楼 电动车进电梯 占用 违停 堵车 鸣笛 喇叭 吵 噪音 噪声 太响 太闹 闹腾 闹到 蹦 跺脚 跳绳 弹琴 唱歌 唱K 打麻将 搓麻将 麻将 音响 大喇叭 广场舞 装修 电钻 敲墙 砸墙 施工 狗叫 狗屎 狗粪 遛狗 不拴绳 不牵绳 猫叫 高空抛物 乱扔 乱丢 乱倒 乱堆 乱停 乱放 占道 占车位 占了我 占我 占着 "
        "堵门 堵住门 挡住 挡路 挡着 堵路 过不去 进不去 出不去 油烟 烧烤 熏 臭 烟味 抽烟 飞线 飞线充电 私拉 私搭 违建 违章 种菜 养鸡 鸡叫 垃圾 杂物 堆得 堆满 堆了 堆着 小广告 蚊子 蟑螂 老鼠 脏 泼水 滴水 半夜 大半夜 深更半夜 凌晨 睡不着 睡不好"
    ),
    "blamed": "一楼 二楼 三楼 四楼 五楼 六楼 2楼 3楼 4楼 5楼 6楼 1楼 楼栋 楼里 同楼 租户 租客 房东 住户 老头 老太 大妈们 小青年 年轻人 小区里 施工队 装修队 维修工 邻居 隔壁 楼上 楼下 对门 对面 物业 保安 门卫 你们 居委会 社区 工作人员 师傅 有人 别人 人家 那家 这家 那户 他家 她家 车主 小孩 电动车 电瓶车 汽车 商铺 饭店 店 楼道 门口 走廊 小区",
    "wish": "能多 要能 能给 可以给 能在 给我们 多点 多些 盼 请求 呼吁 倡议 支个招 出个主意 主意 点子 建议 意见 想法 提议 希望 盼着 盼望 但愿 要是 如果 最好 应该 能不能 可不可以 可否 能否 是不是可以 可以不可以 不妨 何不 不如 就好了 多好 多弄 多装 多放 多搞 多安 多种 多设 增加 增设 加装 加个 加几 添个 添几 添置 装个 装几 安个 安装 设个 设置 搁 放个 放几 摆几 修个 建个 弄个 搞个 改善 改进 延长 提前 早点 晚点 调整 优化 我觉得 我觉着 我认为 我寻思 依我看 反馈 提个 提一",
    "facility": (
        "食堂 小饭桌 助餐 护栏 座位 花坛 种树 种花 绿植 休息区 休息的地方 阅读角 洗衣房 公共厕所 单车 自行车 电瓶车棚 充电 门禁系统 路牌 警示 反光镜 墙绘 托儿 托管 健身房 舞台 戏台 投影 饮水机 轮椅 拐杖 雨伞 救护 长椅 椅子 凳子 板凳 座椅 垃圾桶 垃圾分类 垃圾站 分类点 充电桩 充电棚 车棚 摄像头 监控 健身器材 器材 停车位 车位 快递柜 雨棚 遮阳 凉亭 亭子 晾衣 坡道 无障碍 扶手 减速带 绿化 树 花 花坛 草坪 路灯 指示牌 公告栏 宣传栏 图书角 阅览室 活动室 棋牌室 "
        "食堂 老年食堂 饭堂 儿童 滑梯 秋千 球场 乒乓球台 广场 步道 跑道 门口 花园 公园 大门 道闸 斑马线 红绿灯 公交 班车 理发 体检 诊所 医务室 药箱 饮水 厕所 公厕 喇叭 广播 门禁 人脸 电梯 母婴 洗手液"
    ),
    "praise": "点个赞 赞一个 赞 人特别好 人真好 人很好 服务好 服务特别好 服务真好 尽职 尽职尽责 好榜样 帮了大忙 跑了好几趟 不怕脏 不怕累 手艺好 手艺 客气 亲切 暖心 满意 表扬 感谢信 点赞 点个赞 夸 夸夸 夸一夸 夸奖 锦旗 真好 太好 特别好 很好 好样 负责任 很负责 特别负责 认真 热情 热心 太热心 耐心 细心 周到 贴心 尽责 尽心 辛勤 勤快 帮我 帮了我 帮我们 给力 很棒 太棒 真棒 不错 很满意 非常满意 五星 好评 感动 好人",
    "praised": "师傅 保安 网格员 小王 小李 小张 小刘 小陈 小赵 小杨 小吴 小周 王师傅 李师傅 张师傅 大姐 大哥 阿姨 大姐姐 小伙子 姑娘 小姑娘 工作人员 志愿者 物业 保洁 清洁工 主任 书记 医生 护士 客服 社工 居委会 社区 门卫 快递员 邻居 楼长 你们",
    # --- what people come together for
    "kind": (
        "旗袍 走秀 编织 毛线 织毛衣 十字绣 刺绣 陶艺 泡茶 品茶 养生 健康讲座 防骗 反诈 法律咨询 咨询 便民 磨刀 修伞 修鞋 观影 京剧 沪剧 越剧 黄梅戏 川剧 评弹 曲艺 相声 小品 朗诵 演讲 诗歌 诗词 灯谜会 游园 游园会 庙会 年货 写春联 春联 晚宴 聚一聚 烧烤 露营 篝火 跑步 健步走 自行车骑行 骑行 桥牌 打牌 扑克 麻将赛 台球 保龄球 游泳课 英文课 编程 烹饪 面点 做菜 包汤圆 做月饼 中医 针灸 按摩 护理 育儿 家长 儿童 小朋友活动 故事会 绘本 手语 普法 露天 活动 讲座 兴趣班 培训班 培训 课 课程 上课 开课 书法 舞蹈 跳舞 合唱 合唱团 合唱队 唱歌 太极 太极拳 八段锦 瑜伽 插花 烘焙 手工 剪纸 包饺子 饺子 包粽子 粽子 月饼 汤圆 腊八粥 读书会 读书 棋 象棋 围棋 棋牌 乒乓 羽毛球 篮球 广场舞 秧歌 扭秧歌 门球 钓鱼 爬山 徒步 郊游 春游 秋游 旅行团 采摘 野餐 "
        "聚会 聚餐 饭局 百家宴 茶话会 联欢 联欢会 晚会 演出 表演 文艺 唱戏 戏 看戏 电影 露天电影 放电影 义诊 体检 量血压 理发 义剪 集市 市集 跳蚤市场 义卖 志愿 志愿者 亲子 夏令营 托管 英语角 英语 电脑课 手机课 智能手机 摄影 画画 国画 绘画 茶艺 茶会 运动会 比赛 大赛 消防演习 演习 演练 急救 急救课 急救培训 "
        "老年大学 大学 沙龙 捐书 募捐 清洁日 植树 厨艺 美食 太极班 书法班 舞蹈队 模特队 腰鼓 乐队 二胡 古筝 节目 交友 相亲"
    ),
    "fun": "好玩 热闹 白相 耍 耍的 玩的 玩玩 消遣 解闷 乐呵 打发时间 凑热闹 节目 娱乐",
    "what": "什么 啥 啥子 哪些 哪样 乜 有没有 有没得 有冇 有吗 有不 有无 有么 安排 时间表 日程 预告 通知 多不多 还开 开不开 还办 还有没有 哪里 在哪 怎么 几点 吗 不 呢 没得",
    "day": "今天 明天 后天 今晚 明晚 周末 这周 本周 下周 周一 周二 周三 周四 周五 周六 周日 星期 礼拜 这个月 下个月 最近 近期 这几天 这阵 近来 什么时候 几点 哪天",
    "join": "怎么报 咋报 咋个报 如何报 跟着学 一块儿报 一起报 报那个 报这个 能加人 还收人 收不收人 加人 算俺 算阿拉 插个队 占位 抢名额 名额还有 能进 入队 入团 参与 到场 出席 报名 报个名 报上 报一个 报个 参加 加入 加我 算我 算上我 带我 带上我 我也要 我也想 也想去 都想去 也去 我也来 想去 要去 想学 想听 想来 留个位 留位 留个座 占个位 名额 预定 预约 我要上 凑个热闹 去听 去看 去学 能去 可以去 带孩子去 有位子",
    "host": "想教 教 张罗 凑钱 做东 牵个头 带头 挑头 发个起 倡议 开个班 开班 带个 带队 领队 组织 发起 举办 办个 办场 办一场 办一次 办一个 搞个 搞场 搞一次 搞一个 弄个 弄场 弄一个 牵头 张罗 召集 成立 主持 拉个 开个 开一个 开班 开课 组个 组建 攒 凑个 教大家 教大伙 教邻居 教老人 带大家 带大伙 带着大家 约大家 约几个 约上 喊几个 喊大家 叫上 叫几个 领着大家 上上课 讲讲课 讲课 当老师 义务教 免费教",
    "together": "大家 大伙 大伙儿 邻居 街坊 邻里 一起 一块 一块儿 几个人 老姐妹 老伙计 大家伙 姐妹们 居民",
    "i": "我 俺 阿拉 咱 我们 咱们 我想 我要 我来 想 要",
    "joined": "报了插 报了没 订了 约好的课 报了 报过 报的 报上了 报名了 报名的 报名成功 报上名 参加了 参加的 我的活动 预约的 名单 我那个",
    "quit": "名额退 退名额 上不了课 腿疼去不 不能参加 不能去了 去不得 来不得 不得空 没法去 没法来 没法参加 不想参加 不想去了 让出来 退一下 退课 不上课 请假 缺席 走不开 赶不上 赶不过来 去不了 去不成 来不了 来不成 不去了 不去 不来了 不能去 不能来 不参加 参加不了 参加不成 取消 退掉 退了 退出 退报 让给别人 让给 有事儿 临时有事 家里有事 没空 没时间 去唔到 唔去 上不了 不上了 不想去 冲突",
    "survey": "打分表 满意度表 测评表 评分 评价 问题单 卷子 问卷 调查 调查表 投票 打分 打分的 评议 测评 民意 意见表 满意度 评价表 征求意见 表格 表",
    "do": "忘填 忘了填 没填 没做 发的 收到的 填 做 答 写 参加 打开 在哪 哪里 没填完 没做完 做了一半 填了一半 接着 继续 发我 链接 交 提交 还能 怎么",
    # --- being asked each day, being away, the family
    "daily": "随时 时不时 经常 常常 隔三差五 每周 天天都 每一天 一天一次 一日一次 早上都 每天 每日 天天 日日 早晚 每早 每晚 每天早上 天天早上 按时 定时 定期 隔天 每周 一天一个",
    "ask": "去电 拨电话 通电话 来个电 发条消息 发条短信 问平安 问个好 问安 报个平安 敲门看看 上门看看 打电话 打个电话 去个电话 来个电话 来电话 电话 问候 问问 问一声 问一下 问我 问她 问他 问好 联系 报平安 平安 关心 关照 关怀 看看 看一看 看望 提醒 短信 发消息 发信息 叫我 招呼 照应 确认",
    "alone": "一个人住 一个人在家 一个人过 独居 独自 空巢 单独住 没人照应 没人照顾 没人陪 孤老 孤寡 家里没别人 就我一个 自己住 身边没人 没儿没女",
    "away": "做手术 开完刀 白内障 去旅游 跟团 自驾 去玩 坐火车 坐飞机 去儿子 去女儿 去闺女 去孙子 住院了 住到 搬去住 回去过年 回去住 避寒 上北京 上女儿 上闺女 上儿子 去看病 去看儿子 去看女儿 去看孙子 回娘家 出趟门 出一趟 出去几天 出去一趟 不在家 不在 家里没人 没人在家 出门 出远门 外出 出差 旅游 旅行 度假 住院 开刀 手术 回老家 回乡下 回娘家 回农村 探亲 走亲戚 串门 离开 去外地 在外地 去外面 出国 坐车去 飞去 去北京 去上海 去广州 去深圳 去海南 去三亚 转院 疗养 养病 避暑 过冬",
    "span": "一阵子 一阵 国庆节 元旦 清明 五一 中秋 下礼拜 这礼拜 上午到 几日 半月 一周 两周 三周 十来天 七天 六天 四天 到十号 到月底 到周 到星期 今天 明天 后天 今晚 几天 两天 三天 五天 十天 半个月 一个月 个月 俩月 俩礼拜 两个礼拜 礼拜 星期 下周 这周 周一 周二 周三 周四 周五 周六 周日 周末 月底 月初 号 初 年前 年后 过年 春节 国庆 五一 暑假 寒假 阵子 一段时间 一段 段时间 回来 再说 才回 到时候 出来 这几天 小住",
    "stay": "住 待 呆 去 上 到 陪 回 在",
    "house": "家 那儿 那边 那里 家里 屋 医院 老家 乡下",
    "back": "回来了 回来啦 回到家 回到屋 到家了 到家啦 到屋 回家了 回家啦 出院了 出院啦 返回 回到屋头 转来了 归来 在家了 在屋头了",
    "resume": "恢复 照常 继续打 重新开始 照旧 可以打 又可以",
    "kin": "老汉儿 老汉 幺儿 姆妈 阿妈 阿爸 阿爷 阿嫲 阿娘 老丈人 丈母娘 老两口 二老 老妈子 家婆 家公 老父亲 老母亲 爸妈 父母 大儿子 小儿子 大女儿 小女儿 女儿 闺女 囡囡 囡 妹子 儿子 崽 仔 娃 孩子 子女 儿女 外孙 外孙女 孙子 孙女 孙 女婿 媳妇 儿媳 老伴 老头子 老公 老婆 丈夫 妻子 爱人 妹妹 姐姐 弟弟 哥哥 兄弟 侄子 侄女 外甥 亲戚 家人 家属 家里人 亲人 妈 爸 老妈 老爸 母亲 父亲 爹 娘 爷爷 奶奶 外公 外婆 姥姥 姥爷 公公 婆婆 岳父 岳母 舅舅 姑姑 姨 老人 小孩",
    "know": "心里有数 看到我 看看我 收短信 收到短信 随时知道 知道我 告诉她 告诉他 通知到 通知她 通知他 通报 转告 转达 知道 晓得 看到 看见 看得到 收到 通知 告诉 告知 关注 了解 接收 掌握 有数 放心 看我 知我 得到消息 同步",
    "add": "加进 加进来 加上 添加 加个 加一个 绑定 绑上 邀请 关联 拉进 拉进来 拉 添 连上 联系上 加为 加我 授权给 分享给 共享",
    "news": "短信 咋样 怎么样 如何 我咋样 我的事 我的消息 我的情况 健康 安危 情况 消息 平安 状况 身体 好不好 近况 动态 短信 通知",
    "not": "不再 别再 别给 别通知 别告诉 不告诉 不通知 从名单里去掉 去掉 拿掉 取掉 拉黑 停掉 别 不要 不想 不让 不用 不准 不再 停止 取消 莫 甭 勿 解绑 解除 移除 去掉 删掉 踢 不能 不给 关掉",
    "send": "发 告诉 通知 发消息 发短信 说 看",
    # --- about us
    "you": "你 您 侬 你们 尔 汝 对面 这边 那头",
    "being": "官方 政府 称呼 怎么称呼 什么号 哪个部门 部门 什么部门 单位 哪个单位 公司 啥来路 正规 诈骗 推销 广告号 哪里发 谁发 哪位 大活人 活人 真的人 机器吗 是机器 机械 复读机 智能客服 语音助手 哪路 什么来头 什么玩意 谁 什么人 啥人 哪个 哪位 边个 机器 机器人 真人 假人 人吗 电脑 程序 人工智能 智能 叫什么 叫啥 什么名字 贵姓 干嘛的 干啥的 做什么的 什么东西 什么单位 哪里的 啥单位 骗子 客服 名字",
    "human": "网格员 社区民警 民警 片警 楼长 专干 办事员 经办人 您们的人 拍板 拍板的 做主的 能做主的 活的人 真的人 大活的人 管理员 管理人员 社区工作者 专员 接线员 客服人员 服务员 话事人 话事 负责同志 当官的 头儿 领头 管家 书记 站长 懂行的 年轻人 人工 真人 活人 客服 工作人员 职员 领导 主任 书记 网格员 管事的 管事 负责人 负责的 社区的人 社区干部 干部 居委会 居委 物业 值班 值班的 办公室 小李 小王 小张 社工 懂的人 能做主 老师 你们的人 同志 叫人 大活人",
    "talk": "对话 说得上话 讲话 倾偈 说说 聊几句 说几句 谈谈 反映一下 当面说 接电话 打给 回拨 呼叫 请给我转 转给 拨 连线 通个话 通话 找到 说话 说 讲 聊 聊聊 谈 倾 沟通 联系 打电话 回电 回电话 回个话 回我 回复我 接 转 转接 接通 找 叫 喊 问 见 换 对话 唠 唠唠 当面 帮帮我 跟我 和我 给我",
    "machine": "机器 机器人 自动 电脑 ai 系统",
    "no": "说不清楚 不 别 莫 不要 不想 莫拿 没 听不懂 不跟 不和 烦",
    "able": "能干啥 能干嘛 会干些 能干些 会些啥 能做些 可以做些 帮啥 帮什么 帮些 哪些事 什么事 啥事 啥活 能办 能做 能干 能帮 可以办 可以做 会做 会些 会干 会啥 会什么 管什么 管啥 管些 都管 能问 可以问 能提供 做得 办得 可以点 能点 可以选 能选 能弄 能搞",
    "menu": "菜单 功能 服务 业务 选项 目录 首页 主页 主菜单 列表 最开头 开头 最开始 开始界面 起始 重新开始 从头 第一页 头一页",
    "go": "翻到 回 返回 回到 打开 看 显示 到 去 再 重新",
    "how": "怎么 咋 咋个 啷个 点样 如何 怎样 哪能 怎么个",
    "handle": "用 使 使唤 弄 操作 整 玩 摆弄 填 搞 办 使用 用法",
    "unsure": "教教我 教我 手把手 看不清 眼睛不好 眼神不好 老花 不识字 不认字 没用过 头一回用 第一次用 不熟 糊涂 犯难 不会弄 不会用 摸不着头脑 不会 不懂 不明白 不晓得 不知道 唔识 弗会 看不懂 听不懂 搞不懂 弄不来 弄不明白 搞不来 学不会 教 教教 教我 教下 指导 说明 教程",
    "tongue": "英文 英语 中文 汉语 普通话 国语 华语 外语 广东话 粤语 洋文",
    "speak": "只看得懂 只会 只懂 看得懂 听得懂 懂 版 能不能说 可以说 回我用 说 讲 用 换 改 切换 转 有吗 有没有 变成 调成 设 能 会 听不懂 看不懂 读不懂 我要 请",
    "which": "哪些 有什么 有啥 啥子 哪样 有没有 有没得 有冇 什么 啥 有何 有哪",
    "let": "让 想让 要让 叫 给 使 好让 想叫 要叫 想要",
    "this": "这玩意 这东西 这个 这机器 这手机 这系统 这小程序 这 它",
    "surely": "坏了 坏咯 坏勒 坏脱 坏咗 坏掉 坏啦 坏喽 损坏 漏水 漏电 跳闸 堵了 堵住 堵咯 修不好 不好使了 用不成了 失灵 出故障 有故障 罢工",
    "teach": "手把手 教教我 教我 教一教 教会我 教下我",
    "status": "进度 进展 状态 派单 工单 处理到哪",
    "phone": "打电话 打个电话 回电 回电话 回个电话 回个话 来电话 联系我 当面 当面讲 见面 上门找我 通话 通个话 电话里说 接电话 面谈 约个时间 回我",
    "behalf": "代我 替我 替我爸 操作 不方便 不会操作 帮她办 帮他办 帮她在 帮他在 帮我妈 帮我爸 替我妈 替我爸 代我妈 代我爸 代办 代理 帮老人 替老人 替她 替他 代她 代他 帮爸妈 帮父母 给我妈 给我爸 不会用手机 不会弄手机 不识字 替父母 帮爷爷 帮奶奶 帮外婆",
    "well": "挺好 蛮好 很好 都好 好得很 还好 没事 没得事 冇事 好着 好着呢 老样子 平安 安好 都平安 身体好 精神好 吃得下 睡得好 硬朗 不错 好的很 顶好",
    "report": "报平安 报个平安 签到 签个到 打卡 打个卡 报到 报个到 报一声 回报 汇报 报一下",
    "where": "在哪 在哪里 哪里 哪儿 哪个地方 啥地方 怎么找 怎么进 入口 在啥地方",
    "wishing": "就好了 多好 该多好 就更好了 更好了 再好不过 盼着能 要是能",
}  # fmt: skip

ENGLISH: Mapping[str, str] = {
    "thing": (
        "washing dishwash drier chandelier staircase railing stair_light hallway_light ceiling_fan extractor_fan drainpipe downpipe toilet_seat seat door_lock door_key keyhole letter_box noticeboard intercom_phone wall_socket water_pipe water_heater air_con_unit ac_unit oven tap faucet pipe sink basin toilet loo flush shower bath bathtub drain sewer gutter water hot_water boiler heater heating radiator aircon air_con air_conditioner air_conditioning ac conditioner fridge freezer refrigerator washer "
        "washing_machine dishwasher dryer hood extractor stove cooker oven hob burner gas_stove fan television tv microwave light lamp bulb light_bulb socket outlet plug switch fuse breaker wire wiring cable electric electricity power meter lift elevator "
        "door lock key gate handle knob hinge doorbell bell intercom entry_card window glass pane blind curtain wall ceiling floor tile roof balcony kitchen bathroom bedroom hallway corridor stair stairs staircase step railing handrail "
        "pavement path road manhole cover bench swing slide playground fence barrier mailbox letterbox camera hydrant internet wifi wi-fi network router signal furniture cupboard drawer cabinet bed chair shelf pump tank valve mirror plaster paint "
        "machine equipment radiators appliance thermostat smoke_detector"
    ),
    "fault": (
        "no_pressure low_pressure no_flow not_slide not_start flapping beep beeping loud_noise leaking_pipe drip_drip water_everywhere no_gas burn burnt smell_burning burning_smell spark sparking shock cracked crooked wobbly squeak creak hum vibrate freeze frozen black mold stain peel bubbly hot_all_the_time stuck_in jammed broken broke break burst leak drip flood block clog stuck jam crack loose rust mould mold damp wet smash shatter fell_off fall_off came_off falling_off come_off dead die died cold not_work no_work dont_work don't_work doesn't_work doesnt_work isn't_working "
        "not_cold not_hot not_warm not_coming no_coming not_flush no_flush won't_flush not_open can't_open cannot_open won't_open not_close can't_close cannot_close won't_close can't_lock cannot_lock won't_lock not_lock not_turn won't_turn won't_start not_start not_on "
        "no_light no_water no_power no_signal no_heat off out flicker noise noisy_fridge strange_noise terrible_noise buzz rattle smell stink overflow out_of_order damage fault faulty problem trouble issue wrong trip missing hole torn bent slow weak dim dark "
        "gone_out went_out stopped stop_working peel fall_down failed failing malfunction doesn't_close doesn't_open doesn't_lock doesn't_flush doesn't_start doesn't_turn backs_up back_up backed_up going_on_and_off"
    ),
    "fix": "fix repair mend replace install unblock unclog change check maintenance look_at take_a_look have_a_look sort_out service unlock exchange put_up",
    "fixer": "plumber electrician handyman handy_man locksmith repairman repair_man technician worker workman engineer maintenance carpenter master_worker fixer serviceman mechanic",
    "come": "send come visit book arrange call need want get someone somebody appointment order over_here come_over",
    "filed": "report my_repair my_request my_report my_ticket my_job my_order reported booked requested filed submitted repair_order repair_request last_week yesterday i_told told_you said promised appointment ticket order still_waiting waiting_for",
    "job": "repair request ticket fix plumber electrician repairman repair_man technician worker handyman job order maintenance engineer",
    "progress": "going_on what's_going_on whats_going_on what_is_going_on anybody_going_to is_anybody_going who_is_coming accepted received_my my_turn in_progress going_to_fix what_happens progress status update news happened happening coming on_the_way on_his_way arrive arriving assigned taken took look_into seen yet handled finished done ready still_waiting waiting looked received",
    "late": "didn't_show didnt_show not_show_up didn't_turn_up never_showed didnt_come didn't_arrive waited all_day_wait nobody_showed you_said they_said said_morning still_waiting waiting_for nobody_came no_one_came nobody_come not_come never_came not_arrived didn't_come did_not_come not_show no_show late keep_waiting kept_waiting not_here not_come_yet hasn't_come",
    "when": "when what_time how_long which_day what_day what_hour",
    "register": "be_resident be_a_resident become_resident join_community get_registered register registration sign_up signup enrol enroll account become_a_resident create_account make_account join_the_community join_your_system",
    "newcomer": "just_moved new_here new_tenant new_resident newly recently_moved moved_in new_neighbour new_neighbor just_arrived move_in new_in_the_building",
    "already": "already before last_year last_month last_week earlier previously used_to long_ago in_the_past",
    "account": "account registered register signed_up registration member profile file",
    "device": "another_phone new_phone different_phone old_phone other_phone another_number different_number new_sim by_sms on_telegram on_the_website old_number new_device",
    "connect": "link connect log_in login sign_in find_me recognize recognise merge match access restore recover",
    "kept": "about_me know_about_me have_about_me my_data my_details stored data information info details profile file record records account personal",
    "part": "phone_number phone number mobile address email e-mail mail name birthday date_of_birth id id_card flat flat_number surname contact apartment room_number building_number",
    "mine": "my me mine i our",
    "see": "show see view check what which do_you_have you_have look have_of_me know_about tell_me verify read have_on_me correct",
    "change": "change update correct edit modify replace new amend switch",
    "wrong": "changed_save is_changed needs_correction bad wrong incorrect changed different not_same not_the_same not_correct not_right misspelled misspelt old mistake typo outdated moved no_longer new",
    "delete": "delete erase remove wipe clear destroy close cancel unregister get_rid_of take_me_out forget",
    "all": "everything all anything completely me from_system from_your_system",
    "leaving": "moved_out moved_away leaving move_out not_live don't_live no_longer_live",
    "consent": "consent permission agreement agree allow privacy approval permit",
    "withdraw": "withdraw take_back revoke cancel no_longer not don't dont any_more anymore stop retract disagree never changed_my_mind regret",
    "use": "use using keep store process collect share save hold give_away sell",
    "anger": "want_to_complain i_complain told_them_many many_times again_and_again nobody_listen never_clean nobody_clean not_clean never_answer never_pick nobody_pick nobody_answer no_answer don't_care doesnt_care stupid complain complaint complaints unacceptable rude angry terrible awful horrible useless ridiculous disgusting furious fed_up shout shouted yell scold insult lazy ignore ignored disappointed lousy cheated liar disgrace outrageous unfair sick_of had_enough nobody_care nobody_do nobody_cares nobody_does no_one_cares do_nothing does_nothing nothing_done unprofessional worst bad_service poor_service upset impolite overcharge dirty filthy",
    "nuisance": "smoke_in people_smoke neighbor_smoke neighbour_smoke smokes shoes boxes stuff_in corridor_full blocked_corridor music play_music until_2am 2am staircase_dirty smoke smokes cigarette spit pee shout shouts scream noise noisy loud bark barking music party_all_night shouting drilling renovation smoke_smell smoking garbage trash rubbish litter parking parked blocking block_the stink smell piano all_night midnight at_night jumping cannot_sleep can't_sleep fighting dog poop mess rat rats cockroach mosquito construction karaoke throw throwing",
    "blamed": "staircase neighbour neighbor neighbours neighbors upstairs downstairs next_door staff worker guard you your management property office community somebody someone people dog car kids",
    "wish": "i_think need_more we_need could_use would_like_more good_idea please_consider consider suggest suggestion idea feedback could_you can_you you_can you_could maybe perhaps should it_would_be would_be_nice would_be_great would_be_good hope wish wishing recommend propose_that proposal please_add please_put please_build more better better_if how_about why_not would_love",
    "facility": "parking bikes bicycle bicycles seats shade roof trash_can recycling bench benches chair chairs lamp lamps light lights tree trees flower flowers garden playground bin bins camera cameras charging charger parking ramp handrail sign library canteen gym shelter bike rack gate park swing toilet bus_stop road crossing table court green lawn path speed_bump",
    "praise": "thank_the thank_him thank_her very_good so_good was_good was_great did_great praise wonderful great excellent kind kindly helpful friendly polite good_job great_job well_done thank_the compliment best hardworking hard_working nice amazing brilliant patient lovely",
    "praised": "staff worker guard cleaner cleaning_lady lady plumber electrician man team social_worker neighbour neighbor volunteer manager nurse doctor driver receptionist mr mrs ms office tell_her_boss tell_his_boss boss",
    "kind": "dumpling_class kids_event children_event fitness aerobics zumba mahjong cards lantern fireworks charity volunteer volunteering health_check checkup screening opera event activity class course workshop lesson lecture talk party gathering choir dance dancing yoga taichi tai_chi calligraphy dumpling picnic club concert movie film show trip tour outing game games chess reading book_club market fair flea_market singing painting cooking training drill festival celebration bingo exercise walk hike hiking competition tournament match dinner lunch tea meeting group photography gardening knitting",
    "fun": "fun happening going_on to_do what's_on entertainment on_this_week",
    "what": "what which any when list show is_there are_there do_you_have where schedule calendar upcoming next",
    "day": "today tomorrow weekend this_week next_week tonight month saturday sunday monday tuesday wednesday thursday friday soon",
    "join": "add_my_name_to my_name put_me_in put_us_in sign_me sign_us i_want_in also_come join sign_me_up sign_up sign_us_up attend take_part participate enrol enroll add_my_name put_my_name put_me_down add_me count_me i_will_come i_want_to_come i_come come_to go_to register_for book reserve seat place spot i_want_go want_to_go me_too take_me bring_my_kid",
    "host": "organise organize host start hold arrange set_up make_a_party make_party run teach lead throw create found give_a_class give_lessons propose bring_together begin launch",
    "together": "neighbours neighbors everybody everyone together people for_the_community residents",
    "i": "i we let_me can_i could_i may_i my",
    "joined": "i_booked booked_the i_have_booked i_enrolled i_am_in events_im_in events_i'm_in my_event my_events my_class my_course my_sign-up my_sign-ups my_signup i_joined i_signed i_sign_up did_i_join did_i_sign signed_up_for my_booking my_bookings my_registration i_registered_for my_activities my_activity",
    "quit": "want_cancel want_to_cancel cannot_go_to can't_go_to not_able_to sorry_i_can't skip_the miss_the drop_the cancel can't_come cannot_come can_not_come can't_go cannot_go not_come not_coming no_come won't_come will_not_come not_go not_going can't_make can't_attend cannot_attend unable withdraw drop_out skip take_me_off remove_me quit leave_the not_attend not_join",
    "survey": "ballot voting satisfaction rating_form survey questionnaire poll vote form_you_sent feedback_form questionaire",
    "do": "forgot_to_fill vote_in can_i_vote fill finish open take continue answer do where complete start any send_me link",
    "daily": "every_day everyday daily each_day every_morning each_morning every_evening each_evening once_a_day regularly all_days every_night",
    "ask": "call_my phone_my ring_my visit call check check_on ask ring phone text message contact remind see_if look_after say_hello greet",
    "alone": "alone lives_alone live_alone by_myself on_my_own by_herself by_himself nobody_with_me no_family",
    "away": "going_home go_home empty nobody_home nobody_at_home fly_home go_back going_back out_of_the_country overseas back_to_my_country on_leave away_from_home not_around go_travel hospitalised hospitalized go_to_hospital in_hospital go_home_town away travel travelling traveling not_home not_at_home out_of_town on_holiday on_vacation trip vacation holiday hospital visit visiting leave leaving go_abroad abroad surgery operation fly gone going_to business_trip stay_with staying_with at_my_son at_my_daughter at_my_sister go_to_my_daughter go_to_my_son",
    "span": "dec nov oct sept jan feb aug month months 15th 5th 10th 1st 20th september october november december january february march april may june july august until till week weeks days day tomorrow today month monday tuesday wednesday thursday friday saturday sunday back return for_a_while tonight next from weekend holidays",
    "stay": "stay staying go going at with live",
    "house": "house home place hospital city town hometown",
    "back": "i'm_back i_am_back back_home we_are_back we're_back home_again returned came_back come_home got_home back_now home_now back_again",
    "resume": "resume again continue",
    "kin": "son daughter family child children kid kids grandson granddaughter grandchild husband wife mother father mum mom dad parents sister brother nephew niece uncle aunt grandmother grandfather grandma grandpa relative relatives son_in_law daughter_in_law cousin",
    "know": "be_informed be_told should_know must_know needs_to_know let_know know see told notified informed hear receive get follow watch notice learn informed_about",
    "add": "add invite connect link share bring include let_my give_access",
    "news": "message messages news notice notification update updates how_i_am how_i'm status condition alert alerts info",
    "not": "stop never no_longer no_more remove cancel unlink disconnect take_off don't_tell dont_tell not_tell don't_send dont_send not_send don't_show not_show don't_let not_let don't_inform not_inform don't_notify",
    "send": "tell send show inform message share notify see",
    "you": "you u your this it",
    "being": "who_text who_send government official scam spam this_number what_is_this your_company who robot bot machine human real_person computer ai program chatbot name real_human what_kind what_company",
    "human": "real_human real_man officer_worker live_person person human someone somebody anybody anyone real_person staff operator agent office manager representative real_human employee worker colleague people man woman boss director member_of_staff social_worker officer",
    "talk": "talk speak call_me chat connect reach contact ring_me phone_me get_me put_me answer give_me transfer discuss meet need want help_me",
    "machine": "robot machine bot computer automatic",
    "no": "no not don't dont instead hate stop tired_of without",
    "able": "what_you_can_do you_can_do you_do you_able_to show_what_you_can all_you_can can_you_do you_can_do can_i_do can_i_ask you_help you_offer can_you_help services_do_you can_do_here things_you_can",
    "menu": "menu options services main_page start_page home_page beginning features functions list_of_things main_screen",
    "go": "back go return show open see give_me main first all",
    "how": "how in_what_way",
    "handle": "use work do operate this type answer fill",
    "unsure": "eyes_not_good first_time never_used step_by_step help_me_use walk_me_through don't_know dont_know not_know no_idea confused don't_understand dont_understand not_understand cannot_understand can't_understand teach explain show_me guide instruction manual tutorial lost",
    "tongue": "english chinese mandarin cantonese language putonghua",
    "speak": "pls bad prefer only_understand only_read only_know mandarin_please speak switch change write use talk read in understand prefer want do_you reply answer please only better",
    "which": "what which any list is_there are_there do_you_have whats",
    "let": "let allow want should must give make can could have",
    "this": "this it thing app system",
    "surely": "broken leak leaking clogged blocked_drain out_of_order not_working doesn't_work doesnt_work don't_work dont_work stopped_working malfunction",
    "teach": "teach_me show_me_how step_by_step walk_me_through",
    "status": "status progress on_the_way",
    "phone": "call_me ring_me phone_me call_back in_person face_to_face contact_me give_me_a_call",
    "behalf": "on_behalf_of for_my_mother for_my_father for_my_mom for_my_mum for_my_dad for_my_parents for_her for_him help_my_mother help_my_father help_my_mom help_my_parents",
    "well": "fine well okay ok good all_right alright great healthy safe",
    "report": "check_in checkin checking_in reporting report_in",
    "where": "where how_to_find link",
    "wishing": "would_be_nice would_be_great would_be_good would_be_lovely would_be_better i_suggest it_would_help would_be_helpful",
}  # fmt: skip

IDLE = (
    "能不能 可不可以 是不是 要不要 好不好 会不会 在不在 有没有 行不行 对不对 平安不平安 生活 活动室在 没问题 有问题吗 问题不大 电话里说 电视里 电视上 新闻 天气 水果 水平 水费 电费 买菜 发货 打折 电影票 东西南北 换季 看病 修养 修身 不锈钢 断断续续 卡拉 漏勺 门诊 灯会 灯谜 门球 网球 "
    "电池 水饺 水仙 香水 汽水 药水 口水 雨水多 洪水 薪水 墨水 课本 课堂作业 功课 破案 破费 坏人 坏脾气 乒乓 手电 电子 电动 门面 专门 部门 热门 出门 开门 关门 家门 门口 上门 串门 网格 网格员 网上 上网课 断奶"
)
"""Words that hold one of ours and mean something else: nothing inside them counts."""

_VERBS = "转 开 关 打 亮 响 冲 抽 按 拧 锁 推 拉 点 烧 充 放 收 升 降 合 插 拔 连 启 流 下 排 吹 吸 热 冷 走 动 站 合 扣 摇 抬 落 刷 接 通 搜 扫"
_ENDS = "起来 动 了 开 上 着 燃 亮 通 出 出来 出水 紧 严 牢 拢 下去 下来 灵 回去 进去 进 住 到 得 成 走 干净 热 冷"
_ENGLISH_VERBS = "slide fold lift roll drip boil dry wash blow rotate play show connect_to stick dial switch_off turn_on turn_off hold stay work turn light heat cool flush drain open close lock start spin ring respond move run charge fit shut unlock connect switch ignite cold hot warm on stable function close_properly"
_ENGLISH_NOTS = "not no doesn't doesnt won't wont can't cant cannot don't dont never isn't isnt aint"


def faults() -> tuple[str, ...]:
    """What a thing does not do, put together: 转不起来, 关不严, does not turn."""
    chinese = tuple(f"{verb}不{end}" for verb in _VERBS.split() for end in _ENDS.split())
    return chinese + tuple(f"{no}_{verb}" for no in _ENGLISH_NOTS.split() for verb in _ENGLISH_VERBS.split())
